package main

import (
	"encoding/json"
	"log"
	"slices"
	"strconv"

	udpa "github.com/cncf/xds/go/udpa/annotations"
	xds "github.com/cncf/xds/go/xds/annotations/v3"
	envoy "github.com/envoyproxy/go-control-plane/envoy/annotations"
	"github.com/envoyproxy/protoc-gen-validate/validate"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func flag(options proto.Message, extension protoreflect.ExtensionType) bool {
	value, ok := proto.GetExtension(options, extension).(bool)
	return ok && value
}

func isDeprecated(options proto.Message) bool {
	deprecated, ok := options.(interface{ GetDeprecated() bool })
	return ok && deprecated.GetDeprecated()
}

func isDisallowed(fd protoreflect.FieldDescriptor) bool {
	return flag(fd.Options(), envoy.E_DisallowedByDefault)
}

func isDisallowedValue(value protoreflect.EnumValueDescriptor) bool {
	return flag(value.Options(), envoy.E_DisallowedByDefaultEnum)
}

func isSensitive(fd protoreflect.FieldDescriptor) bool {
	return flag(fd.Options(), udpa.E_Sensitive)
}

func isWipField(fd protoreflect.FieldDescriptor) bool {
	status, ok := proto.GetExtension(fd.Options(), xds.E_FieldStatus).(*xds.FieldStatusAnnotation)
	return ok && status.GetWorkInProgress()
}

// isWipMessage also asks the file: an annotation there means every message of the file.
func isWipMessage(md protoreflect.MessageDescriptor) bool {
	status, ok := proto.GetExtension(md.Options(), xds.E_MessageStatus).(*xds.MessageStatusAnnotation)
	if ok && status.GetWorkInProgress() {
		return true
	}
	options := md.ParentFile().Options()
	file, ok := proto.GetExtension(options, xds.E_FileStatus).(*xds.FileStatusAnnotation)
	if ok && file.GetWorkInProgress() {
		return true
	}
	old, ok := proto.GetExtension(options, udpa.E_FileStatus).(*udpa.StatusAnnotation)
	return ok && old.GetWorkInProgress()
}

func isUnchecked(md protoreflect.MessageDescriptor) bool {
	return flag(md.Options(), validate.E_Disabled) || flag(md.Options(), validate.E_Ignored)
}

func requiredOneofs(md protoreflect.MessageDescriptor) []string {
	var names []string
	for i := range md.Oneofs().Len() {
		oneof := md.Oneofs().Get(i)
		if flag(oneof.Options(), validate.E_Required) {
			names = append(names, string(oneof.Name()))
		}
	}
	return names
}

// rulesOf gives the validation rules of a field under their own names. Which kind of rules they are follows from the type of
// the field, so that level of the option is left out.
func rulesOf(fd protoreflect.FieldDescriptor) json.RawMessage {
	rules, ok := proto.GetExtension(fd.Options(), validate.E_Rules).(*validate.FieldRules)
	if !ok || rules == nil {
		return nil
	}
	flat := flatten(rules)
	if len(flat) == 0 {
		return nil
	}
	text, err := json.Marshal(flat)
	if err != nil {
		log.Fatalf("%s: %v", fd.FullName(), err)
	}
	return text
}

func flatten(rules *validate.FieldRules) map[string]any {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(rules)
	if err != nil {
		log.Fatal(err)
	}
	var nested map[string]map[string]any
	if err := json.Unmarshal(text, &nested); err != nil {
		log.Fatal(err)
	}
	return flattenNested(nested)
}

func flattenNested(nested map[string]map[string]any) map[string]any {
	flat := map[string]any{}
	for kind, rules := range nested {
		for name, value := range rules {
			if value != false || name == "strict" {
				flat[name] = plainNumber(kind, name, value)
			}
		}
	}
	for _, part := range []string{"items", "keys", "values"} {
		if inner, ok := flat[part].(map[string]any); ok {
			flat[part] = flattenNested(asKinds(inner))
		}
	}
	return flat
}

var lengths = []string{"len", "min_len", "max_len", "min_bytes", "max_bytes", "min_items", "max_items", "min_pairs", "max_pairs"}

// plainNumber undoes protojson's strings for 64-bit integers where a JSON number holds the value exactly.
func plainNumber(kind, name string, value any) any {
	text, isText := value.(string)
	if !isText || !slices.Contains(lengths, name) && kind != "int64" && kind != "uint64" {
		return value
	}
	const maxSafe = 1 << 53
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number > maxSafe || number < -maxSafe {
		return value
	}
	return number
}

func asKinds(inner map[string]any) map[string]map[string]any {
	kinds := map[string]map[string]any{}
	for name, value := range inner {
		if rules, ok := value.(map[string]any); ok {
			kinds[name] = rules
		}
	}
	return kinds
}
