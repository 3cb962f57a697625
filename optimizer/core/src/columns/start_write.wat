      ;; Stands in `start.wat` at lines WRITE: NUMBER is written at OUT, which goes on behind it.
      (if (i32.gt_u (local.get NUMBER) (i32.const 0x7f))
        (then
          (loop $more
            (i32.store8 (local.get OUT) (i32.or (local.get NUMBER) (i32.const 0x80)))
            (local.set OUT (i32.add (local.get OUT) (i32.const 1)))
            (local.set NUMBER (i32.shr_u (local.get NUMBER) (i32.const 7)))
            (br_if $more (i32.gt_u (local.get NUMBER) (i32.const 0x7f))))))
      (i32.store8 (local.get OUT) (local.get NUMBER))
      (local.set OUT (i32.add (local.get OUT) (i32.const 1)))
