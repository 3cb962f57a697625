;; Rebuilds Go's tables from columns. `script.rs` has the same in Rust, and describes the format; `start.rs` puts numbers
;; for the words in capitals, which are listed in `words.rs`. Files of their own stand in place of the lines PREDICTED
;; (`start_predicted.wat`), READ and WRITE (`start_read.wat`, `start_write.wat`) and, where names are stripped, NAMES (`start_names.wat`).
;;
;; The segment is copied behind the dictionaries and gone over once, operation by operation; then all of the working
;; memory becomes zero again.
(module
  (memory 1)
  (data $script "")
  (func $start
    (local $op i32) (local $in i32) (local $counts i32) (local $next i32)
    (local $left i32) (local $row i32) (local $at i32) (local $coding i32)
    (local $stride i32) (local $list i32) (local $offset i32) (local $bound i32) (local $behind i32)
    (local $value i32) (local $previous i32) (local $token i32) (local $shift i32) (local $byte i32)
    (local $block i32) (local $side i32) (local $own i32) (local $inlined i32) (local $names i32)
    (local $parents i32) (local $raw i32) (local $known i32) (local $size i32)
    (local $f_kind i32) (local $f_own i32) (local $f_value i32) (local $f_count i32) (local $f_made i32)
    (local $f_out i32) (local $l_kind i32) (local $l_own i32) (local $l_value i32) (local $l_count i32)
    (local $l_made i32) (local $l_out i32)
    (local $tree i32) (local $runs i32) (local $stream i32) (local $index i32) (local $is_own i32)
    (local $begun i32) (local $given i32) (local $pcs i32) (local $pc i32) (local $expected i32)
    (local $seen i32) (local $file i32) (local $slot i32)
    (local $bytes i64) (local $zeros i64)

    (memory.init $script (i32.const STREAMS) (i32.const 0) (i32.const LENGTH))
    (data.drop $script)
    (local.set $op (i32.const OPS))

    (loop $operations
      (local.set $coding (i32.load (local.get $op)))
      (local.set $left (i32.load offset=4 (local.get $op)))
      (local.set $in (i32.load offset=8 (local.get $op)))
      (local.set $row (i32.load offset=12 (local.get $op)))
      (local.set $previous (i32.load offset=48 (local.get $op)))
      (local.set $next (local.get $previous))
      ;; Engines run this once, in their first tier, which keeps locals in registers.
      (local.set $stride (i32.load offset=16 (local.get $op)))
      (local.set $list (i32.load offset=20 (local.get $op)))
      (local.set $offset (i32.load offset=24 (local.get $op)))
      (local.set $bound (i32.load offset=28 (local.get $op)))
      (local.set $behind (i32.load offset=36 (local.get $op)))

      (block $operation
;; NAMES
;; PREDICTED
      (if (i32.eq (local.get $coding) (i32.const PC_VALUES))
        (then
          ;; $row is where the tables go, $next their dictionary.
          (local.set $counts (i32.load offset=44 (local.get $op)))
          (local.set $at (i32.load offset=40 (local.get $op)))
          (loop $tables
            (i32.store (local.get $next) (i32.sub (local.get $row) (local.get $at)))
            (local.set $next (i32.add (local.get $next) (i32.const 4)))
            (local.set $value (i32.const 0))
            (loop $runs
              ;; The change of the value; one of 0 that is not the first ends the table.
              (local.set $token (i32.const 0))
              (loop $more
                (local.set $byte (i32.load8_u (local.get $in)))
                (i32.store8 (local.get $row) (local.get $byte))
                (local.set $token (i32.or (local.get $token) (local.get $byte)))
                (local.set $in (i32.add (local.get $in) (i32.const 1)))
                (local.set $row (i32.add (local.get $row) (i32.const 1)))
                (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))
              (if (i32.or (local.get $token) (i32.eqz (local.get $value)))
                (then
                  ;; How many PCs have it.
                  (loop $more
                    (local.set $byte (i32.load8_u (local.get $counts)))
                    (i32.store8 (local.get $row) (local.get $byte))
                    (local.set $value (i32.or (local.get $value) (local.get $byte)))
                    (local.set $counts (i32.add (local.get $counts) (i32.const 1)))
                    (local.set $row (i32.add (local.get $row) (i32.const 1)))
                    (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))
                  (br $runs))))
            (br_if $tables (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
        (else
          ;; Numbers without gaps, as those of findfunctab: most rows of all.
          (if (i32.and
              (i32.eq (local.get $coding) (i32.const LINEAR))
              (i32.eqz (i32.or (i32.or (local.get $list) (local.get $bound)) (local.get $behind))))
            (then
              (local.set $row (i32.add (local.get $row) (local.get $offset)))
              (loop $rows
                (i32.store (local.get $row) (local.get $previous))
                (local.set $row (i32.add (local.get $row) (local.get $stride)))
                (local.set $token (i32.add (local.get $token) (i32.const 1)))
                (if (i32.eq (local.get $token) (i32.load offset=44 (local.get $op)))
                  (then
                    (local.set $token (i32.const 0))
                    (local.set $previous
                      (i32.add (local.get $previous) (i32.load offset=40 (local.get $op))))))
                (br_if $rows (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
              (br $operation)))
          (loop $rows
            (block $absent
              (local.set $at (local.get $row))
              (if (local.get $list)
                (then (local.set $at (i32.add (local.get $list) (i32.load (local.get $row))))))
              ;; An element of an array that this record may not have.
              (if (local.get $bound)
                (then
                  (br_if $absent (i32.ge_u
                    (i32.load offset=32 (local.get $op))
                    (i32.load8_u (i32.add (local.get $at) (local.get $bound)))))))

              (if (i32.eq (local.get $coding) (i32.const LINEAR))
                (then
                  ;; $token counts the rows with the same value.
                  (local.set $value (local.get $previous))
                  (local.set $token (i32.add (local.get $token) (i32.const 1)))
                  (if (i32.eq (local.get $token) (i32.load offset=44 (local.get $op)))
                    (then
                      (local.set $token (i32.const 0))
                      (local.set $previous
                        (i32.add (local.get $previous) (i32.load offset=40 (local.get $op)))))))
                (else
                  ;; READ $in
                  (block $decoded
                    (if (i32.eq (local.get $coding) (i32.const TOKEN))
                      (then
                        ;; Tokens are hard to predict for a processor, so there are no branches for them. Whatever is
                        ;; loaded for token 0 lies within memory.
                        (local.set $byte (i32.eq (local.get $token) (i32.const 1)))
                        (local.set $value (select
                          (i32.load (select
                            (local.get $next)
                            (i32.add
                              (i32.load offset=40 (local.get $op))
                              (i32.shl (i32.sub (local.get $token) (i32.const 2)) (i32.const 2)))
                            (local.get $byte)))
                          (i32.load offset=44 (local.get $op))
                          (local.get $token)))
                        (local.set $next
                          (i32.add (local.get $next) (i32.shl (local.get $byte) (i32.const 2))))
                        (br $decoded)))
                    (if (i32.eq (local.get $coding) (i32.const PLAIN))
                      (then (local.set $previous (i32.const 0))))
                    (if (i32.eq (local.get $coding) (i32.const FIRST_VALUE))
                      (then
                        ;; The first change of the value in a pc-value table: from -1 on.
                        (local.set $next (i32.add
                          (i32.load offset=44 (local.get $op))
                          (i32.load (i32.add (local.get $at) (i32.load offset=40 (local.get $op))))))
                        (local.set $previous (i32.const 0))
                        (local.set $shift (i32.const 0))
                        (loop $more
                          (local.set $byte (i32.load8_u (local.get $next)))
                          (local.set $next (i32.add (local.get $next) (i32.const 1)))
                          (local.set $previous (i32.or (local.get $previous)
                            (i32.shl (i32.and (local.get $byte) (i32.const 0x7f)) (local.get $shift))))
                          (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
                          (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))
                        (local.set $previous (i32.sub
                          (i32.xor
                            (i32.shr_u (local.get $previous) (i32.const 1))
                            (i32.sub (i32.const 0) (i32.and (local.get $previous) (i32.const 1))))
                          (i32.const 1)))))
                    ;; Zigzag.
                    (local.set $value (i32.add (local.get $previous)
                      (i32.xor
                        (i32.shr_u (local.get $token) (i32.const 1))
                        (i32.sub (i32.const 0) (i32.and (local.get $token) (i32.const 1))))))
                    (local.set $previous (local.get $value))
                    (if (i32.eq (local.get $coding) (i32.const NAME))
                      (then
                        ;; Up to the 0 behind the name, eight bytes at a time: the lowest bit that is set in $zeros is
                        ;; that of the first byte that is 0. An operation lies behind whatever is read.
                        (local.set $next
                          (i32.add (local.get $value) (i32.load offset=40 (local.get $op))))
                        (loop $more
                          (local.set $bytes (i64.load (local.get $next)))
                          (local.set $zeros (i64.and
                            (i64.and
                              (i64.sub (local.get $bytes) (i64.const 0x0101010101010101))
                              (i64.xor (local.get $bytes) (i64.const -1)))
                            (i64.const 0x8080808080808080)))
                          (if (i64.eqz (local.get $zeros))
                            (then
                              (local.set $next (i32.add (local.get $next) (i32.const 8)))
                              (br $more))))
                        (local.set $previous
                          (i32.sub
                            (i32.add
                              (i32.add (local.get $next) (i32.const 1))
                              (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $zeros)) (i64.const 3))))
                            (i32.load offset=40 (local.get $op)))))))))

              (if (local.get $behind)
                (then
                  ;; Behind another array of the same record.
                  (local.set $at (i32.add (local.get $at) (i32.shl
                    (i32.load8_u (i32.add (local.get $at) (local.get $behind)))
                    (i32.const 2))))))
              (i32.store (i32.add (local.get $at) (local.get $offset)) (local.get $value)))
            (local.set $row (i32.add (local.get $row) (local.get $stride)))
            (br_if $rows (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))))

      (local.set $token (i32.const 0))
      (local.set $op (i32.add (local.get $op) (i32.const OP_SIZE)))
      (br_if $operations (i32.lt_u (local.get $op) (i32.const END))))

    (memory.fill (i32.const DICTIONARIES) (i32.const 0) (i32.const WORKING_MEMORY)))
  (start $start))
