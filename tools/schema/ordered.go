package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// ordered is a JSON object that keeps the order of declaration, which encoding/json loses for a map.
type ordered[T any] struct {
	names  []string
	values []T
}

type orderedFields = ordered[field]
type orderedNumbers = ordered[int32]

func (o *ordered[T]) add(name string, value T) {
	o.names = append(o.names, name)
	o.values = append(o.values, value)
}

func (o *ordered[T]) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, name := range o.names {
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:%s", name, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
