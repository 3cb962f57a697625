      ;; Stands in `start.wat` where names are stripped. $row is where the next name goes, $value its number.
      (if (i32.eq (local.get $coding) (i32.const PLACEHOLDERS))
        (then
          (local.set $value (local.get $previous))
          (loop $names
            (local.set $token (i32.load8_u (local.get $in)))
            (local.set $in (i32.add (local.get $in) (i32.const 1)))
            (if (local.get $token)
              (then
                (local.set $at (i32.add (i32.load offset=40 (local.get $op)) (local.get $token)))
                (loop $more
                  (local.set $byte (i32.load8_u (local.get $at)))
                  (if (local.get $byte)
                    (then
                      (i32.store8 (local.get $row) (local.get $byte))
                      (local.set $at (i32.add (local.get $at) (i32.const 1)))
                      (local.set $row (i32.add (local.get $row) (i32.const 1)))
                      (br $more))))
                ;; The first digit that is not 0, or the last one.
                (local.set $shift (i32.const 32))
                (loop $zeros
                  (local.set $shift (i32.sub (local.get $shift) (i32.const 4)))
                  (br_if $zeros (i32.and
                    (i32.ne (local.get $shift) (i32.const 0))
                    (i32.eqz (i32.shr_u (local.get $value) (local.get $shift))))))
                (loop $digits
                  (local.set $byte (i32.and
                    (i32.shr_u (local.get $value) (local.get $shift)) (i32.const 15)))
                  (i32.store8 (local.get $row) (i32.add (local.get $byte) (i32.add
                    (i32.const 48)
                    (i32.mul (i32.gt_u (local.get $byte) (i32.const 9)) (i32.const 39)))))
                  (local.set $row (i32.add (local.get $row) (i32.const 1)))
                  (local.set $shift (i32.sub (local.get $shift) (i32.const 4)))
                  (br_if $digits (i32.ge_s (local.get $shift) (i32.const 0)))))
              (else
                ;; A whole name is there already.
                (loop $more
                  (if (i32.load8_u (local.get $row))
                    (then
                      (local.set $row (i32.add (local.get $row) (i32.const 1)))
                      (br $more))))))
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (local.set $value (i32.add (local.get $value) (i32.const 1)))
            (br_if $names (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (br $operation)))
