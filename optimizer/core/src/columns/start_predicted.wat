      ;; Stands in `start.wat` at the line PREDICTED. `predicted.rs` says what it does; $value is a line or file, $previous
      ;; the last own one, $next where the next table goes.
      (if (i32.ge_u (local.get $coding) (i32.const PARENTS))
        (then
          (local.set $block (i32.load offset=44 (local.get $op)))
          (local.set $inlined (i32.load (local.get $block)))
          (local.set $own (i32.load offset=4 (local.get $block)))
          (local.set $scratch (i32.load offset=44 (local.get $block)))
          (local.set $previous (i32.const 0))
          (loop $functions
            (block $done
              (local.set $at (i32.add (local.get $list) (i32.load (local.get $row))))
              (block $made
                (if (i32.ne (local.get $coding) (i32.const PARENTS))
                  (then
                    ;; READ $in
                    (br_if $done (i32.eqz (local.get $token)))
                    (local.set $out (local.get $scratch))
                    (if (i32.eq (local.get $token) (i32.const 1))
                      (then
                        ;; As it is: changes and counts take turns.
                        (local.set $begun (i32.const 0))
                        (loop $numbers
                          (local.set $token (i32.const 0))
                          (loop $more
                            (local.set $byte (i32.load8_u (local.get $own)))
                            (i32.store8 (local.get $out) (local.get $byte))
                            (local.set $token (i32.or (local.get $token) (local.get $byte)))
                            (local.set $own (i32.add (local.get $own) (i32.const 1)))
                            (local.set $out (i32.add (local.get $out) (i32.const 1)))
                            (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))
                          (br_if $made (i32.and (local.get $begun) (i32.eqz (local.get $token))))
                          (local.set $begun (i32.const 1))
                          (loop $more
                            (local.set $byte (i32.load8_u (local.get $own)))
                            (i32.store8 (local.get $out) (local.get $byte))
                            (local.set $own (i32.add (local.get $own) (i32.const 1)))
                            (local.set $out (i32.add (local.get $out) (i32.const 1)))
                            (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))
                          (br $numbers))))
                    (local.set $token (i32.sub (local.get $token) (i32.const 2)))
                    (local.set $previous (i32.add (local.get $previous)
                      (i32.xor
                        (i32.shr_u (local.get $token) (i32.const 1))
                        (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))

                ;; The runs: of inline indices, or of stack pointers.
                (local.set $tree (i32.const 0))
                (local.set $runs (i32.const 0))
                (local.set $stream (i32.add (local.get $at) (i32.load offset=16 (local.get $block))))
                (local.set $token (i32.load8_u
                  (i32.add (local.get $at) (i32.load offset=20 (local.get $block)))))
                (if (i32.gt_u (local.get $token) (i32.const 2))
                  (then (local.set $runs (i32.load offset=8 (local.get $stream)))))
                (if (local.get $runs)
                  (then
                    (local.set $tree (i32.add
                      (i32.load offset=12 (local.get $block))
                      (i32.load offset=12
                        (i32.add (local.get $stream) (i32.shl (local.get $token) (i32.const 2)))))))
                  (else
                    (br_if $done (i32.eq (local.get $coding) (i32.const PARENTS)))
                    (local.set $runs (i32.load
                      (i32.add (local.get $at) (i32.load offset=24 (local.get $block)))))))
                (local.set $runs (i32.add (local.get $runs) (i32.load offset=40 (local.get $op))))
                (local.set $index (i32.const -1))
                (local.set $before (i32.const -1))
                (local.set $value (local.get $previous))
                (local.set $begun (i32.const 0))
                (local.set $given (i32.const 1))
                (local.set $pcs (i32.const 0))
                (local.set $pc (i32.const 0))
                (local.set $expected (i32.const 0))
                (local.set $seen (i32.const 0))
                (local.set $count (i32.const 0))
                (local.set $current (local.get $value))

                (loop $steps
                  (block $end
                    (if (i32.eqz (local.get $pcs))
                      (then
                        ;; READ $runs
                        (if (i32.and (local.get $begun) (i32.eqz (local.get $token)))
                          (then
                            (br_if $done (i32.eq (local.get $coding) (i32.const PARENTS)))
                            (local.set $begun (i32.const 0))
                            (br $end)))
                        (local.set $begun (i32.const 1))
                        (local.set $index (i32.add (local.get $index)
                          (i32.xor
                            (i32.shr_u (local.get $token) (i32.const 1))
                            (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                        ;; READ $runs
                        (br_if $steps (i32.eqz (local.tee $pcs (local.get $token))))
                        (if (i32.or (i32.eqz (local.get $tree)) (i32.lt_s (local.get $index) (i32.const 0)))
                          (then
                            (local.set $stream (local.get $own))
                            (local.set $value (local.get $previous)))
                          (else
                            (local.set $stream (local.get $inlined))
                            (if (i32.eq (local.get $coding) (i32.const FILES))
                              (then
                                (if (i32.eqz (local.get $given))
                                  (then
                                    ;; READ $inlined
                                    (local.set $slot (i32.add
                                      (i32.load offset=8 (local.get $block))
                                      (i32.shl
                                        (i32.shr_u
                                          (i32.mul
                                            (i32.load (i32.add
                                              (i32.add (local.get $tree) (i32.load offset=32 (local.get $block)))
                                              (i32.mul (local.get $index) (i32.load offset=28 (local.get $block)))))
                                            (i32.const HASH))
                                          (i32.const NAME_SHIFT))
                                        (i32.const 2))))
                                    (i32.store (local.get $slot)
                                      (local.tee $value (i32.add (i32.load (local.get $slot))
                                        (i32.xor
                                          (i32.shr_u (local.get $token) (i32.const 1))
                                          (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))))
                              (else
                                (loop $records
                                  (if (i32.le_u (local.get $seen) (local.get $index))
                                    (then
                                      (local.set $slot (i32.add
                                        (i32.add (local.get $tree) (i32.load offset=32 (local.get $block)))
                                        (i32.mul (local.get $seen) (i32.load offset=28 (local.get $block)))))
                                      (if (i32.eq (local.get $coding) (i32.const PARENTS))
                                        (then
                                          ;; READ $inlined
                                          (i32.store (local.get $slot)
                                            (local.tee $expected (i32.add
                                              (select
                                                (i32.sub (local.get $pc) (i32.const 1))
                                                (local.get $expected)
                                                (i32.eq (local.get $seen) (local.get $index)))
                                              (i32.xor
                                                (i32.shr_u (local.get $token) (i32.const 1))
                                                (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1)))))))
                                          (local.set $expected (i32.add (local.get $expected) (i32.const 1))))
                                        (else
                                          (i32.store
                                            (i32.add
                                              (i32.load offset=8 (local.get $block))
                                              (i32.shl (local.get $seen) (i32.const 2)))
                                            (i32.load (local.get $slot)))))
                                      (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                                      (br $records))))
                                (if (i32.eqz (local.get $given))
                                  (then
                                    (local.set $value (i32.load (i32.add
                                      (i32.load offset=8 (local.get $block))
                                      (i32.shl (local.get $index) (i32.const 2)))))))))))

                        (if (i32.eq (local.get $coding) (i32.const PARENTS))
                          (then
                            (local.set $pc (i32.add (local.get $pc) (local.get $pcs)))
                            (local.set $pcs (i32.const 0))
                            (br $steps)))))

                    (if (i32.eq (local.get $coding) (i32.const FILES))
                      (then
                        (local.set $taken (local.get $pcs))
                        (local.set $pcs (i32.const 0)))
                      (else
                        (local.set $taken (i32.const 1))
                        (if (i32.eqz (local.get $given))
                          (then
                            ;; READ $stream
                            (local.set $value (i32.add (local.get $value)
                              (i32.xor
                                (i32.shr_u (local.get $token) (i32.const 1))
                                (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))))
                        (if (i32.eqz (local.tee $pcs (i32.sub (local.get $pcs) (i32.const 1))))
                          (then
                            (if (i32.or (i32.eqz (local.get $tree)) (i32.lt_s (local.get $index) (i32.const 0)))
                              (then
                                (local.set $own (local.get $stream))
                                (local.set $previous (local.get $value)))
                              (else
                                (local.set $inlined (local.get $stream))
                                (i32.store
                                  (i32.add
                                    (i32.load offset=8 (local.get $block))
                                    (i32.shl (local.get $index) (i32.const 2)))
                                  (local.get $value))))))))
                    (local.set $given (i32.const 0))
                    (if (i32.eq (local.get $value) (local.get $current))
                      (then
                        (local.set $count (i32.add (local.get $count) (local.get $taken)))
                        (br $steps))))

                  ;; The run before is complete.
                  (local.set $token (i32.sub (local.get $current) (local.get $before)))
                  (local.set $before (local.get $current))
                  (local.set $token (i32.xor
                    (i32.shl (local.get $token) (i32.const 1))
                    (i32.shr_s (local.get $token) (i32.const 31))))
                  (loop $more
                    (if (i32.gt_u (local.get $token) (i32.const 0x7f))
                      (then
                        (i32.store8 (local.get $out) (i32.or (local.get $token) (i32.const 0x80)))
                        (local.set $out (i32.add (local.get $out) (i32.const 1)))
                        (local.set $token (i32.shr_u (local.get $token) (i32.const 7)))
                        (br $more))))
                  (i32.store8 (local.get $out) (local.get $token))
                  (local.set $out (i32.add (local.get $out) (i32.const 1)))
                  (loop $more
                    (if (i32.gt_u (local.get $count) (i32.const 0x7f))
                      (then
                        (i32.store8 (local.get $out) (i32.or (local.get $count) (i32.const 0x80)))
                        (local.set $out (i32.add (local.get $out) (i32.const 1)))
                        (local.set $count (i32.shr_u (local.get $count) (i32.const 7)))
                        (br $more))))
                  (i32.store8 (local.get $out) (local.get $count))
                  (local.set $out (i32.add (local.get $out) (i32.const 1)))
                  (local.set $current (local.get $value))
                  (local.set $count (local.get $taken))
                  (br_if $steps (local.get $begun)))
                (i32.store8 (local.get $out) (i32.const 0))
                (local.set $out (i32.add (local.get $out) (i32.const 1))))

              ;; A table that is there already has the same hash. What an earlier one left is no part of it.
              (i64.store (local.get $out) (i64.const 0))
              (local.set $slot (i32.add
                (i32.load offset=36 (local.get $block))
                (i32.shl
                  (i32.shr_u
                    (i32.mul
                      (i32.add
                        (i32.mul
                          (i32.add
                            (i32.mul (i32.load (local.get $scratch)) (i32.const HASH))
                            (i32.load offset=4 (local.get $scratch)))
                          (i32.const HASH))
                        (i32.load (i32.sub (local.get $out) (i32.const 4))))
                      (i32.const HASH))
                    (i32.load offset=40 (local.get $block)))
                  (i32.const 2))))
              (local.set $count (i32.sub (local.get $out) (local.get $scratch)))
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
                            (i32.load8_u (i32.add (local.get $scratch) (local.get $pc))))
                          (then
                            (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
                            (br $same))))
                      (local.set $slot (i32.add (local.get $slot) (i32.const 4)))
                      (br $slots))))
                (i32.store (local.get $slot) (local.get $next))
                (local.set $value (local.get $next))
                (memory.copy (local.get $next) (local.get $scratch) (local.get $count))
                (local.set $next (i32.add (local.get $next) (local.get $count))))
              (i32.store
                (i32.add (local.get $at) (local.get $offset))
                (i32.sub (local.get $value) (i32.load offset=40 (local.get $op)))))
            (local.set $row (i32.add (local.get $row) (local.get $stride)))
            (br_if $functions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (br $operation)))
