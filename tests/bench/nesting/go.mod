module nesting

go 1.21
