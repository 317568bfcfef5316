#include "engine/event_json.h"

#include <string.h>

static void put_text(struct sift_json *json, const char *key, struct sift_span value) {
  sift_json_key(json, key);
  sift_json_string(json, value);
}

static void put_number(struct sift_json *json, const char *key, uint64_t value) {
  sift_json_key(json, key);
  sift_json_unsigned(json, value);
}

static void put_fields(struct sift_json *json, const struct sift_event_record *event) {
  sift_json_key(json, "fields");
  sift_json_open(json, '{');
  for (uint32_t i = 0; i < event->field_count; i++) {
    char name[SIFT_EVENT_FIELD_NAME_BYTES_MAX + 1] = {0};
    memcpy(name, event->fields[i].name.data, event->fields[i].name.len);
    put_text(json, name, event->fields[i].value);
  }
  sift_json_close(json, '}');
}

void sift_event_json(struct sift_json *json, const struct sift_event_record *event) {
  sift_json_open(json, '{');
  sift_json_key(json, "time");
  sift_json_time(json, event->time_ns);
  put_text(json, "space", event->space);
  put_text(json, "channel", event->channel);
  put_text(json, "rule", event->rule);
  put_text(json, "class", event->class_id);
  put_text(json, "severity", event->severity);
  put_number(json, "severity_number", event->severity_number);
  put_text(json, "source", event->source);
  put_number(json, "offset", event->offset);
  if (event->line > 0) {
    put_number(json, "line", event->line);
  }
  put_text(json, "text", event->text);
  if (event->cut) {
    sift_json_key(json, "cut");
    sift_json_bool(json, true);
  }
  if (event->field_count > 0) {
    put_fields(json, event);
  }
  sift_json_close(json, '}');
}
