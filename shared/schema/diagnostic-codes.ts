/** Every code that loading a configuration can report, with its meaning; docs/diagnostics.md says the same, a test compares. */
export const CONFIG_CODES = {
  "config.bytes": "A bytes field that is not base64.",
  "config.deprecated": "Warning: a field or enum value that Envoy has deprecated.",
  "config.disallowed": "A field or enum value deprecated so far that Envoy refuses it by default.",
  "config.duplicate_key": "A field or key given more than once.",
  "config.duration": 'A duration that is not written as "0.25s" or as seconds and nanos.',
  "config.encoding": "The file is not UTF-8 text.",
  "config.enum": "A value that the enum does not have.",
  "config.format": "A file type that cannot be read.",
  "config.items": "A list or map with too few, too many or repeated elements.",
  "config.length": "A string or bytes value that is too short or too long.",
  "config.limit": "The file is too large, too deep, or grows too large when its aliases are expanded.",
  "config.multiple_documents": "A YAML file with more than one document.",
  "config.oneof": "Two fields of which only one may be set.",
  "config.pattern": "A string that does not have the required form.",
  "config.range": "A number or duration outside its range, or a value that is not among the allowed ones.",
  "config.required": "A field that must be set is not, or none of several of which one must be.",
  "config.syntax": "The text is not well-formed YAML, JSON or binary protobuf.",
  "config.timestamp": "A time that is not written as RFC 3339 says.",
  "config.type": "A value of another type than the field has.",
  "config.unknown_field": "A field that the message does not have.",
  "config.unknown_type": "A type URL that names no message of Envoy's v3 API.",
  "config.work_in_progress": "Warning: a field or message that Envoy marks as not yet finished.",
} as const;

export type ConfigCode = keyof typeof CONFIG_CODES;
