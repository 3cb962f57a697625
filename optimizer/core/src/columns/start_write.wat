      ;; Stands in `start.wat` at lines WRITE: NUMBER is written at $out, which goes on behind it. Loops cost engines' first
      ;; tier more than branches do, and numbers of one byte need none.
      (if (i32.gt_u (local.get NUMBER) (i32.const 0x7f))
        (then
          (loop $more
            (i32.store8 (local.get $out) (i32.or (local.get NUMBER) (i32.const 0x80)))
            (local.set $out (i32.add (local.get $out) (i32.const 1)))
            (local.set NUMBER (i32.shr_u (local.get NUMBER) (i32.const 7)))
            (br_if $more (i32.gt_u (local.get NUMBER) (i32.const 0x7f))))))
      (i32.store8 (local.get $out) (local.get NUMBER))
      (local.set $out (i32.add (local.get $out) (i32.const 1)))
