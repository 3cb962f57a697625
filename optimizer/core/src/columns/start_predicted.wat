      ;; Stands in `start.wat` at the line PREDICTED. `predicted.rs` says what it does. $previous is the last own value,
      ;; $value that of the PC, $next where the next table goes, $kind the number of the function.
      (if (i32.ge_u (local.get $coding) (i32.const FILES))
        (then
          (local.set $block (i32.load offset=44 (local.get $op)))
          (local.set $inlined (i32.load (local.get $block)))
          (local.set $own (i32.load offset=4 (local.get $block)))
          (local.set $parents (i32.load offset=8 (local.get $block)))
          (local.set $known (i32.load offset=12 (local.get $block)))
          (local.set $field (i32.load offset=36 (local.get $block)))
          (local.set $previous (i32.const 0))
          (loop $functions
            (local.set $at (i32.add (local.get $list) (i32.load (local.get $row))))
            ;; READ $in
            (local.set $kind (local.get $token))
            (if (i32.gt_u (local.get $token) (i32.const 1))
              (then
                (local.set $token (i32.sub (local.get $token) (i32.const 2)))
                (local.set $previous (i32.add (local.get $previous)
                  (i32.xor
                    (i32.shr_u (local.get $token) (i32.const 1))
                    (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))
            ;; There is room for every table, and for a long zero, up to the limit.
            (local.set $made (select
              (local.get $next)
              (i32.load offset=56 (local.get $block))
              (i32.le_u (local.get $next) (i32.load offset=52 (local.get $block)))))
            (local.set $out (local.get $made))

            (block $walked
              ;; The runs: of inline indices, or of stack pointers.
              (local.set $tree (i32.const 0))
              (local.set $runs (i32.const 0))
              (local.set $stream (i32.add (local.get $at) (i32.load offset=20 (local.get $block))))
              (local.set $token (i32.load8_u
                (i32.add (local.get $at) (i32.load offset=24 (local.get $block)))))
              (if (i32.gt_u (local.get $token) (i32.const 2))
                (then (local.set $runs (i32.load offset=8 (local.get $stream)))))
              (if (local.get $runs)
                (then
                  (local.set $tree (i32.add
                    (i32.load offset=16 (local.get $block))
                    (i32.load offset=12
                      (i32.add (local.get $stream) (i32.shl (local.get $token) (i32.const 2)))))))
                (else
                  (br_if $walked (i32.lt_u (local.get $kind) (i32.const 2)))
                  (local.set $runs (i32.load
                    (i32.add (local.get $at) (i32.load offset=28 (local.get $block)))))))
              (local.set $runs (i32.add (local.get $runs) (i32.load offset=40 (local.get $op))))
              (local.set $index (i32.const -1))
              (local.set $current (i32.const -1))
              (local.set $begun (i32.const 0))
              (local.set $given (i32.const 1))
              (local.set $count (i32.const 0))
              (local.set $pc (i32.const 0))
              (local.set $expected (i32.const 0))
              (local.set $seen (i32.const 0))
              (loop $next_run
                ;; READ $runs
                (br_if $walked (i32.and (local.get $begun) (i32.eqz (local.get $token))))
                (local.set $begun (i32.const 1))
                (local.set $index (i32.add (local.get $index)
                  (i32.xor
                    (i32.shr_u (local.get $token) (i32.const 1))
                    (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                ;; READ $runs
                (br_if $next_run (i32.eqz (local.tee $pcs (local.get $token))))
                (local.set $value (local.get $previous))
                (local.set $is_own (i32.or
                  (i32.eqz (local.get $tree)) (i32.lt_s (local.get $index) (i32.const 0))))
                (if (i32.eq (local.get $coding) (i32.const FILES))
                  (then
                    (br_if $walked (i32.lt_u (local.get $kind) (i32.const 2)))
                    (if (i32.eqz (i32.or (local.get $is_own) (local.get $given)))
                      (then
                        ;; By a hash of the name.
                        (local.set $slot (i32.add (local.get $known) (i32.shl
                          (i32.shr_u
                            (i32.mul
                              (i32.load (i32.add
                                (i32.add (local.get $tree) (local.get $field))
                                (i32.mul (local.get $index) (i32.load offset=32 (local.get $block)))))
                              (i32.const HASH))
                            (i32.const NAME_SHIFT))
                          (i32.const 2))))
                        ;; READ $inlined
                        (local.set $value (i32.add (i32.load (local.get $slot))
                          (i32.xor
                            (i32.shr_u (local.get $token) (i32.const 1))
                            (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                        (i32.store (local.get $slot) (local.get $value)))))
                  (else
                    (if (local.get $is_own)
                      (then (local.set $stream (local.get $own)))
                      (else
                        (local.set $stream (local.get $inlined))
                        ;; Records that no PC before was in.
                        (loop $records
                          (if (i32.le_u (local.get $seen) (local.get $index))
                            (then
                              (local.set $slot (i32.add
                                (local.get $tree)
                                (i32.mul (local.get $seen) (i32.load offset=32 (local.get $block)))))
                              ;; READ $parents
                              (i32.store
                                (i32.add (local.get $slot) (i32.load offset=40 (local.get $block)))
                                (local.tee $expected (i32.add
                                  (select
                                    (i32.sub (local.get $pc) (i32.const 1))
                                    (local.get $expected)
                                    (i32.eq (local.get $seen) (local.get $index)))
                                  (i32.xor
                                    (i32.shr_u (local.get $token) (i32.const 1))
                                    (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1)))))))
                              (local.set $expected (i32.add (local.get $expected) (i32.const 1)))
                              (i32.store
                                (i32.add (local.get $known) (i32.shl (local.get $seen) (i32.const 2)))
                                (i32.load (i32.add (local.get $slot) (local.get $field))))
                              (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                              (br $records))))))
                    (local.set $pc (i32.add (local.get $pc) (local.get $pcs)))
                    (br_if $next_run (i32.lt_u (local.get $kind) (i32.const 2)))
                    (if (i32.eqz (local.get $given))
                      (then
                        (if (i32.eqz (local.get $is_own))
                          (then
                            (local.set $value (i32.load
                              (i32.add (local.get $known) (i32.shl (local.get $index) (i32.const 2)))))))
                        ;; READ $stream
                        (local.set $value (i32.add (local.get $value)
                          (i32.xor
                            (i32.shr_u (local.get $token) (i32.const 1))
                            (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))))

                (local.set $given (i32.const 0))
                (if (i32.ne (local.get $value) (local.get $current))
                  (then
                    (if (local.get $count)
                      (then
                        ;; WRITE $count
                        ))
                    (local.set $token (i32.sub (local.get $value) (local.get $current)))
                    (local.set $token (i32.xor
                      (i32.shl (local.get $token) (i32.const 1))
                      (i32.shr_s (local.get $token) (i32.const 31))))
                    ;; WRITE $token
                    (local.set $current (local.get $value))
                    (local.set $count (i32.const 0))))
                (if (i32.eq (local.get $coding) (i32.const FILES))
                  (then
                    (local.set $count (i32.add (local.get $count) (local.get $pcs)))
                    (br $next_run)))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))
                (if (local.tee $pcs (i32.sub (local.get $pcs) (i32.const 1)))
                  (then
                    ;; Whether the line changes is hard to predict for a processor, so there is no branch for that.
                    (loop $next_pc
                      ;; READ $stream
                      (local.set $current (i32.add (local.get $current)
                        (i32.xor
                          (i32.shr_u (local.get $token) (i32.const 1))
                          (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                      ;; A change is a number of the table as it is one of the stream.
                      (if (i32.gt_u (i32.or (local.get $count) (local.get $token)) (i32.const 0x7f))
                        (then
                          (if (local.get $token)
                            (then
                              ;; WRITE $count
                              ;; WRITE $token
                              (local.set $count (i32.const 1)))
                            (else
                              (local.set $count (i32.add (local.get $count) (i32.const 1))))))
                        (else
                          (i32.store16 (local.get $out)
                            (i32.or (local.get $count) (i32.shl (local.get $token) (i32.const 8))))
                          (local.set $token (i32.ne (local.get $token) (i32.const 0)))
                          (local.set $out
                            (i32.add (local.get $out) (i32.shl (local.get $token) (i32.const 1))))
                          (local.set $count (select
                            (i32.const 1)
                            (i32.add (local.get $count) (i32.const 1))
                            (local.get $token)))))
                      (br_if $next_pc (local.tee $pcs (i32.sub (local.get $pcs) (i32.const 1)))))))
                (if (local.get $is_own)
                  (then
                    (local.set $own (local.get $stream))
                    (local.set $previous (local.get $current)))
                  (else
                    (local.set $inlined (local.get $stream))
                    (i32.store
                      (i32.add (local.get $known) (i32.shl (local.get $index) (i32.const 2)))
                      (local.get $current))))
                (br $next_run)))

            (block $done
              (br_if $done (i32.eqz (local.get $kind)))
              (if (i32.eq (local.get $kind) (i32.const 1))
                (then
                  ;; As it is: changes and counts take turns.
                  (local.set $begun (i32.const 0))
                  (loop $numbers
                    ;; READ $own
                    (local.set $value (local.get $token))
                    ;; WRITE $token
                    (if (i32.or (local.get $value) (i32.eqz (local.get $begun)))
                      (then
                        (local.set $begun (i32.const 1))
                        ;; READ $own
                        ;; WRITE $token
                        (br $numbers)))))
                (else
                  ;; WRITE $count
                  (i32.store8 (local.get $out) (i32.const 0))
                  (local.set $out (i32.add (local.get $out) (i32.const 1)))))

              ;; A table that is there already has the same hash. What an earlier one left is no part of it.
              (i64.store (local.get $out) (i64.const 0))
              (local.set $slot (i32.add
                (i32.load offset=44 (local.get $block))
                (i32.shl
                  (i32.shr_u
                    (i32.mul
                      (i32.add
                        (i32.mul
                          (i32.add
                            (i32.mul (i32.load (local.get $made)) (i32.const HASH))
                            (i32.load offset=4 (local.get $made)))
                          (i32.const HASH))
                        (i32.load (i32.sub (local.get $out) (i32.const 3))))
                      (i32.const HASH))
                    (i32.load offset=48 (local.get $block)))
                  (i32.const 2))))
              (local.set $count (i32.sub (local.get $out) (local.get $made)))
              (block $found
                (loop $slots
                  (local.set $value (i32.load (local.get $slot)))
                  (if (local.get $value)
                    (then
                      (local.set $pc (i32.const 0))
                      (loop $same
                        (br_if $found (i32.eq (local.get $pc) (local.get $count)))
                        (if (i32.eq
                            (i32.load8_u (i32.add (local.get $value) (local.get $pc)))
                            (i32.load8_u (i32.add (local.get $made) (local.get $pc))))
                          (then
                            (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
                            (br $same))))
                      (local.set $slot (i32.add (local.get $slot) (i32.const 4)))
                      (br $slots))))
                (i32.store (local.get $slot) (local.get $next))
                (local.set $value (local.get $next))
                (if (i32.ne (local.get $next) (local.get $made))
                  (then (memory.copy (local.get $next) (local.get $made) (local.get $count))))
                (local.set $next (i32.add (local.get $next) (local.get $count))))
              (i32.store
                (i32.add (local.get $at) (local.get $offset))
                (i32.sub (local.get $value) (i32.load offset=40 (local.get $op)))))
            (local.set $row (i32.add (local.get $row) (local.get $stride)))
            (br_if $functions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (br $operation)))
