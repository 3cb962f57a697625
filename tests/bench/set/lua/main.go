// Command lua runs a program in Lua: one interpreter's loop, entered once.
package main

import (
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
)

const program = `
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local sum = 0
for i = 1, 3000000 do sum = (sum * 31 + i) % 65521 end
local field = {}
for i = 1, 300 do
	field[i] = {}
	for j = 1, 300 do field[i][j] = (i * j) % 7 end
end
local total = 0
for round = 1, 4 do
	for i = 2, 299 do
		local above, own, below = field[i - 1], field[i], field[i + 1]
		for j = 2, 299 do
			own[j] = (above[j] + below[j] + own[j - 1] + own[j + 1]) % 11
			total = total + own[j]
		end
	end
end
local parts = {}
for i = 1, 20000 do parts[#parts + 1] = string.format("%05d", (i * 7919) % 100000) end
table.sort(parts)
print(fib(24), sum, total, parts[1], parts[#parts])
`

func main() {
	state := lua.NewState()
	defer state.Close()
	if err := state.DoString(program); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
