module syumai

go 1.21.3

require github.com/syumai/workers v0.31.0
