package main

var fromOtherFile = trace("other", third+first)

func init() { trace("init 3", len(order)) }
