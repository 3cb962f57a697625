// Command sensor is a codec for a device of the Internet of things: its packets of a few bytes become JSON.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"example.com/plugins/abi"
)

// reading is what a packet holds: fields of one byte for the kind, and two bytes for the value.
type reading struct {
	Temperature *float64 `json:"temperature,omitempty"`
	Humidity    *float64 `json:"humidity,omitempty"`
	Battery     *float64 `json:"battery,omitempty"`
	Error       string   `json:"error,omitempty"`
}

func init() { abi.Serve(decode) }

func decode(packet []byte) []byte {
	var found reading
	for rest := packet; len(rest) > 0; rest = rest[3:] {
		if len(rest) < 3 {
			found.Error = "the packet ends early"
			break
		}
		value := float64(int16(binary.BigEndian.Uint16(rest[1:])))
		switch rest[0] {
		case 1:
			value /= 10
			found.Temperature = &value
		case 2:
			value /= 2
			found.Humidity = &value
		case 3:
			value /= 1000
			found.Battery = &value
		default:
			found.Error = fmt.Sprintf("unknown field %d", rest[0])
		}
	}
	text, _ := json.Marshal(found)
	return text
}

func main() {}
