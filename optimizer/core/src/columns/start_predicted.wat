      ;; Stands in `start.wat` at the line PREDICTED. `predicted.rs` says what it does. Locals in $f_ are those of the table of
      ;; files, in $l_ those of the table of lines: the number of the function, the last own value, the value of the PC, how
      ;; many PCs have it, where the table is made, the address behind what is made.
      (if (i32.eq (local.get $coding) (i32.const LINES))
        (then
          (local.set $block (i32.load offset=44 (local.get $op)))
          (local.set $counts (i32.load (local.get $block)))
          (local.set $inlined (i32.load offset=4 (local.get $block)))
          (local.set $own (i32.load offset=8 (local.get $block)))
          (local.set $names (i32.load offset=12 (local.get $block)))
          (local.set $parents (i32.load offset=16 (local.get $block)))
          (local.set $known (i32.load offset=24 (local.get $block)))
          (local.set $raw (i32.load offset=108 (local.get $block)))
          (local.set $size (i32.load offset=44 (local.get $block)))
          (local.set $f_own (i32.const 0))
          (local.set $l_own (i32.const 0))
          (loop $functions
            (local.set $at (i32.add (local.get $list) (i32.load (local.get $row))))
            ;; READ $in
            (local.set $f_kind (local.get $token))
            (if (i32.gt_u (local.get $token) (i32.const 1))
              (then
                (local.set $token (i32.sub (local.get $token) (i32.const 2)))
                (local.set $f_own (i32.add (local.get $f_own)
                  (i32.xor
                    (i32.shr_u (local.get $token) (i32.const 1))
                    (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))
            ;; READ $counts
            (local.set $l_kind (local.get $token))
            (if (i32.gt_u (local.get $token) (i32.const 1))
              (then
                (local.set $token (i32.sub (local.get $token) (i32.const 2)))
                (local.set $l_own (i32.add (local.get $l_own)
                  (i32.xor
                    (i32.shr_u (local.get $token) (i32.const 1))
                    (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))
            ;; Up to the limit there is room for every table, and for what is cleared behind it.
            (local.set $f_out (local.tee $f_made (select
              (i32.load offset=60 (local.get $block))
              (i32.load offset=76 (local.get $block))
              (i32.le_u (i32.load offset=60 (local.get $block)) (i32.load offset=72 (local.get $block))))))
            (local.set $l_out (local.tee $l_made (select
              (i32.load offset=84 (local.get $block))
              (i32.load offset=100 (local.get $block))
              (i32.le_u (i32.load offset=84 (local.get $block)) (i32.load offset=96 (local.get $block))))))

            (block $walked
              ;; The runs: of inline indices, or of stack pointers.
              (local.set $tree (i32.const 0))
              (local.set $runs (i32.const 0))
              (local.set $stream (i32.add (local.get $at) (i32.load offset=32 (local.get $block))))
              (local.set $token (i32.load8_u
                (i32.add (local.get $at) (i32.load offset=36 (local.get $block)))))
              (if (i32.gt_u (local.get $token) (i32.const 2))
                (then (local.set $runs (i32.load offset=8 (local.get $stream)))))
              (if (local.get $runs)
                (then
                  (local.set $tree (i32.add
                    (i32.load offset=28 (local.get $block))
                    (i32.load offset=12
                      (i32.add (local.get $stream) (i32.shl (local.get $token) (i32.const 2)))))))
                (else
                  (br_if $walked
                    (i32.lt_u (i32.or (local.get $f_kind) (local.get $l_kind)) (i32.const 2)))
                  (local.set $runs (i32.load
                    (i32.add (local.get $at) (i32.load offset=40 (local.get $block)))))))
              (local.set $runs (i32.add (local.get $runs) (i32.load offset=40 (local.get $op))))
              (local.set $index (i32.const -1))
              (local.set $begun (i32.const 0))
              (local.set $given (i32.const 1))
              (local.set $f_value (i32.const -1))
              (local.set $l_value (i32.const -1))
              (local.set $f_count (i32.const 0))
              (local.set $l_count (i32.const 0))
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
                (local.set $file (local.get $f_own))
                (local.set $value (local.get $l_own))
                (if (local.tee $is_own (i32.or
                    (i32.eqz (local.get $tree)) (i32.lt_s (local.get $index) (i32.const 0))))
                  (then (local.set $stream (local.get $own)))
                  (else
                    (local.set $stream (local.get $inlined))
                    ;; Records that no PC before was in.
                    (loop $records
                      (if (i32.le_u (local.get $seen) (local.get $index))
                        (then
                          (local.set $slot (i32.add
                            (local.get $tree) (i32.mul (local.get $seen) (local.get $size))))
                          ;; READ $parents
                          (i32.store
                            (i32.add (local.get $slot) (i32.load offset=56 (local.get $block)))
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
                            (i32.load
                              (i32.add (local.get $slot) (i32.load offset=52 (local.get $block)))))
                          (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                          (br $records))))
                    (if (i32.eqz (local.get $given))
                      (then
                        (local.set $value (i32.load
                          (i32.add (local.get $known) (i32.shl (local.get $index) (i32.const 2)))))
                        (if (i32.gt_u (local.get $f_kind) (i32.const 1))
                          (then
                            ;; By a hash of the name.
                            (local.set $slot (i32.add
                              (i32.load offset=20 (local.get $block))
                              (i32.shl
                                (i32.shr_u
                                  (i32.mul
                                    (i32.load (i32.add
                                      (i32.add (local.get $tree) (i32.load offset=48 (local.get $block)))
                                      (i32.mul (local.get $index) (local.get $size))))
                                    (i32.const HASH))
                                  (i32.const NAME_SHIFT))
                                (i32.const 2))))
                            ;; READ $names
                            (local.set $file (i32.add (i32.load (local.get $slot))
                              (i32.xor
                                (i32.shr_u (local.get $token) (i32.const 1))
                                (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                            (i32.store (local.get $slot) (local.get $file))))))))
                (local.set $pc (i32.add (local.get $pc) (local.get $pcs)))

                (if (i32.gt_u (local.get $f_kind) (i32.const 1))
                  (then
                    (if (i32.ne (local.get $file) (local.get $f_value))
                      (then
                        (if (local.get $f_count)
                          (then
                            ;; WRITE $f_count $f_out
                            (local.set $f_count (i32.const 0))))
                        (local.set $token (i32.sub (local.get $file) (local.get $f_value)))
                        (local.set $f_value (local.get $file))
                        (local.set $token (i32.xor
                          (i32.shl (local.get $token) (i32.const 1))
                          (i32.shr_s (local.get $token) (i32.const 31))))
                        ;; WRITE $token $f_out
                        ))
                    (local.set $f_count (i32.add (local.get $f_count) (local.get $pcs)))))

                (if (i32.gt_u (local.get $l_kind) (i32.const 1))
                  (then
                    (if (i32.eqz (local.get $given))
                      (then
                        ;; READ $stream
                        (local.set $value (i32.add (local.get $value)
                          (i32.xor
                            (i32.shr_u (local.get $token) (i32.const 1))
                            (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))
                    (if (i32.ne (local.get $value) (local.get $l_value))
                      (then
                        (if (local.get $l_count)
                          (then
                            ;; WRITE $l_count $l_out
                            (local.set $l_count (i32.const 0))))
                        (local.set $token (i32.sub (local.get $value) (local.get $l_value)))
                        (local.set $l_value (local.get $value))
                        (local.set $token (i32.xor
                          (i32.shl (local.get $token) (i32.const 1))
                          (i32.shr_s (local.get $token) (i32.const 31))))
                        ;; WRITE $token $l_out
                        ))
                    (local.set $l_count (i32.add (local.get $l_count) (i32.const 1)))
                    (if (local.tee $pcs (i32.sub (local.get $pcs) (i32.const 1)))
                      (then
                        ;; Whether the line changes is hard to predict for a processor, so there is no branch for it.
                        (loop $next_pc
                          ;; READ $stream
                          (local.set $l_value (i32.add (local.get $l_value)
                            (i32.xor
                              (i32.shr_u (local.get $token) (i32.const 1))
                              (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                          ;; A change is a number of the table as it is one of the stream.
                          (if (i32.gt_u (i32.or (local.get $l_count) (local.get $token)) (i32.const 0x7f))
                            (then
                              (if (local.get $token)
                                (then
                                  ;; WRITE $l_count $l_out
                                  ;; WRITE $token $l_out
                                  (local.set $l_count (i32.const 0))))
                              (local.set $l_count (i32.add (local.get $l_count) (i32.const 1))))
                            (else
                              (i32.store16 (local.get $l_out)
                                (i32.or (local.get $l_count) (i32.shl (local.get $token) (i32.const 8))))
                              (local.set $token (i32.ne (local.get $token) (i32.const 0)))
                              (local.set $l_out
                                (i32.add (local.get $l_out) (i32.shl (local.get $token) (i32.const 1))))
                              (local.set $l_count (select
                                (i32.const 1)
                                (i32.add (local.get $l_count) (i32.const 1))
                                (local.get $token)))))
                          (br_if $next_pc (local.tee $pcs (i32.sub (local.get $pcs) (i32.const 1)))))))
                    (if (local.get $is_own)
                      (then
                        (local.set $own (local.get $stream))
                        (local.set $l_own (local.get $l_value)))
                      (else
                        (local.set $inlined (local.get $stream))
                        (i32.store
                          (i32.add (local.get $known) (i32.shl (local.get $index) (i32.const 2)))
                          (local.get $l_value))))))
                (local.set $given (i32.const 0))
                (br $next_run)))

            ;; First the table of files, then that of lines, whose words are 24 bytes further.
            (local.set $side (local.get $block))
            (loop $tables
              (block $done
                (br_if $done (i32.eqz (local.get $f_kind)))
                (if (i32.eq (local.get $f_kind) (i32.const 1))
                  (then
                    ;; As it is: changes and counts take turns.
                    (local.set $begun (i32.const 0))
                    (loop $numbers
                      ;; READ $raw
                      (local.set $value (local.get $token))
                      ;; WRITE $token $f_out
                      (if (i32.or (local.get $value) (i32.eqz (local.get $begun)))
                        (then
                          (local.set $begun (i32.const 1))
                          ;; READ $raw
                          ;; WRITE $token $f_out
                          (br $numbers)))))
                  (else
                    ;; WRITE $f_count $f_out
                    (i32.store8 (local.get $f_out) (i32.const 0))
                    (local.set $f_out (i32.add (local.get $f_out) (i32.const 1)))))

                ;; A table that is there already has the same hash. What an earlier one left is no part of it.
                (i64.store (local.get $f_out) (i64.const 0))
                (local.set $slot (i32.add
                  (i32.load offset=64 (local.get $side))
                  (i32.shl
                    (i32.shr_u
                      (i32.mul
                        (i32.add
                          (i32.mul
                            (i32.add
                              (i32.mul (i32.load (local.get $f_made)) (i32.const HASH))
                              (i32.load offset=4 (local.get $f_made)))
                            (i32.const HASH))
                          (i32.load (i32.sub (local.get $f_out) (i32.const 3))))
                        (i32.const HASH))
                      (i32.load offset=68 (local.get $side)))
                    (i32.const 2))))
                (local.set $pcs (i32.sub (local.get $f_out) (local.get $f_made)))
                (block $found
                  (loop $slots
                    (local.set $value (i32.load (local.get $slot)))
                    (if (local.get $value)
                      (then
                        (local.set $pc (i32.const 0))
                        (loop $same
                          (br_if $found (i32.eq (local.get $pc) (local.get $pcs)))
                          (if (i32.eq
                              (i32.load8_u (i32.add (local.get $value) (local.get $pc)))
                              (i32.load8_u (i32.add (local.get $f_made) (local.get $pc))))
                            (then
                              (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
                              (br $same))))
                        (local.set $slot (i32.add (local.get $slot) (i32.const 4)))
                        (br $slots))))
                  (local.set $value (i32.load offset=60 (local.get $side)))
                  (i32.store (local.get $slot) (local.get $value))
                  (if (i32.ne (local.get $value) (local.get $f_made))
                    (then (memory.copy (local.get $value) (local.get $f_made) (local.get $pcs))))
                  (i32.store offset=60 (local.get $side)
                    (i32.add (local.get $value) (local.get $pcs))))
                (i32.store
                  (i32.add (local.get $at) (i32.load offset=80 (local.get $side)))
                  (i32.sub (local.get $value) (i32.load offset=40 (local.get $op)))))
              (if (i32.eq (local.get $side) (local.get $block))
                (then
                  (local.set $side (i32.add (local.get $block) (i32.const 24)))
                  (local.set $f_kind (local.get $l_kind))
                  (local.set $f_made (local.get $l_made))
                  (local.set $f_out (local.get $l_out))
                  (local.set $f_count (local.get $l_count))
                  (br $tables))))
            (local.set $row (i32.add (local.get $row) (local.get $stride)))
            (br_if $functions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (br $operation)))
