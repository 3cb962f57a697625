module sized

go 1.18
