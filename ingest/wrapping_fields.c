/* Which fields of a JSON record hold its text, Space, channel and time. */
#include <stdio.h>
#include <string.h>

#include "ingest/wrapping_internal.h"

enum { FIELD_TEXT, FIELD_SPACE, FIELD_CHANNEL, FIELD_TIME, FIELDS, CANDIDATES_MAX = 8 };

/* The names that collectors use, the first that a record has goes. The Spaces log API writes data and timestamp; Docker log
 * and time; Vector and Fluent Bit message, log, @timestamp and date; pino and zap msg, time and ts. "stream" (stdout,
 * stderr) is no channel: a run log is one log. */
static const char *const candidates[FIELDS][CANDIDATES_MAX] = {
    [FIELD_TEXT] = {"data", "message", "log", "msg", "text", "line", "body"},
    [FIELD_SPACE] = {"space", "space_id", "spaceId", "repo_id", "kubernetes.labels.space", "labels.space"},
    [FIELD_CHANNEL] = {"channel", "log_type", "logtype", "kubernetes.labels.channel", "labels.channel"},
    [FIELD_TIME] = {"timestamp", "time", "@timestamp", "ts", "date", "datetime"},
};

static const char *const field_names[FIELDS] = {"text", "space", "channel", "time"};

static struct sift_field_path *path_of(struct sift_fields *fields, int field) {
  struct sift_field_path *paths[FIELDS] = {&fields->text, &fields->space, &fields->channel, &fields->time};
  return paths[field];
}

static struct sift_span until(struct sift_span *rest, char separator) {
  const char *end = memchr(rest->data, separator, rest->len);
  size_t len = end != NULL ? (size_t)(end - rest->data) : rest->len;
  struct sift_span part = sift_span(rest->data, len);
  size_t used = end != NULL ? len + 1 : len;
  *rest = sift_span(rest->data + used, rest->len - used);
  return part;
}

/* "a.b.c"; NULL or what is wrong with it. */
static const char *read_path(struct sift_field_path *path, struct sift_span text) {
  path->count = 0;
  if (text.len == 0 || text.data[text.len - 1] == '.') {
    return "names a field with an empty part";
  }
  while (text.len > 0) {
    struct sift_span part = until(&text, '.');
    if (part.len == 0) {
      return "names a field with an empty part";
    }
    if (part.len > SIFT_PATH_PART_BYTES_MAX || path->count == SIFT_PATH_PARTS_MAX) {
      return "is too long or too deep (8 parts of 128 bytes)";
    }
    memcpy(path->parts[path->count].name, part.data, part.len);
    path->parts[path->count++].len = part.len;
  }
  return NULL;
}

static int field_of(struct sift_span name) {
  for (int i = 0; i < FIELDS; i++) {
    if (sift_span_equal(name, sift_span_of(field_names[i]))) {
      return i;
    }
  }
  return -1;
}

static enum sift_status complain(struct sift_span item, const char *what, char *error, size_t error_size) {
  int shown = item.len < 40 ? (int)item.len : 40;
  snprintf(error, error_size, "\"%.*s\" %s; type e.g. text=message,space=repo,time=ts", shown, item.len > 0 ? item.data : "", what);
  return SIFT_EINVAL;
}

static void use_spaces_preset(struct sift_fields *fields) {
  (void)read_path(&fields->text, sift_span_of("data"));
  (void)read_path(&fields->time, sift_span_of("timestamp"));
}

enum sift_status sift_fields_parse(struct sift_fields *fields, const char *argument, char *error, size_t error_size) {
  struct sift_span rest = sift_span_of(argument);
  struct sift_fields read = *fields;
  if (rest.len == 0) {
    return complain(rest, "names no field", error, error_size);
  }
  while (rest.len > 0) {
    struct sift_span item = until(&rest, ',');
    if (sift_span_equal(item, sift_span_of("spaces"))) {
      use_spaces_preset(&read);
      continue;
    }
    struct sift_span path = item;
    int field = field_of(until(&path, '='));
    if (field < 0 || memchr(item.data, '=', item.len) == NULL) {
      return complain(item, "is neither spaces nor one of text=, space=, channel=, time=", error, error_size);
    }
    const char *wrong = read_path(path_of(&read, field), path);
    if (wrong != NULL) {
      return complain(item, wrong, error, error_size);
    }
  }
  read.given = true;
  *fields = read;
  return SIFT_OK;
}

bool sift_fields_settled(const struct sift_fields *fields) {
  return fields->text.count > 0 && fields->space.count > 0 && fields->channel.count > 0 && fields->time.count > 0;
}

static bool fits(const struct sift_json_value *value, int field) {
  return value->kind == SIFT_JSON_STRING || (field == FIELD_TIME && value->kind == SIFT_JSON_NUMBER);
}

void sift_fields_settle(struct sift_fields *fields, struct sift_json_reader *reader, struct sift_span json) {
  for (int i = 0; i < CANDIDATES_MAX && !sift_fields_settled(fields); i++) {
    struct sift_fields probe = {0};
    for (int field = 0; field < FIELDS; field++) {
      if (path_of(fields, field)->count == 0 && candidates[field][i] != NULL) {
        (void)read_path(path_of(&probe, field), sift_span_of(candidates[field][i]));
      }
    }
    struct sift_json_record record;
    if (sift_json_reader_read(reader, json, &probe, &record) != SIFT_REASONS) {
      return;
    }
    const struct sift_json_value *values[FIELDS] = {&record.text, &record.space, &record.channel, &record.time};
    for (int field = 0; field < FIELDS; field++) {
      if (fits(values[field], field)) {
        *path_of(fields, field) = *path_of(&probe, field);
      }
    }
  }
}
