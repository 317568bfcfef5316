#include "tools/spacesift/cases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/json_records.h"
#include "ingest/json_text.h"

enum field {
  FIELD_ID,
  FIELD_KIND,
  FIELD_LOG,
  FIELD_LABEL,
  FIELD_AMBIGUOUS,
  FIELD_LOGS,
  FIELD_LOGS_BUILD,
  FIELD_LOGS_RUN,
  FIELD_LOGS_PLATFORM,
  FIELD_LOGS_CONTAINER, /* a kind, and so a likely slip */
  FIELDS
};

/* The name of the last is within the object of the first. */
static const struct {
  const char *within, *name;
} field_names[FIELDS] = {
    {NULL, "id"},   {NULL, "kind"},    {NULL, "log"},   {NULL, "label"},      {NULL, "ambiguous"},
    {NULL, "logs"}, {"logs", "build"}, {"logs", "run"}, {"logs", "platform"}, {"logs", "container"},
};

struct sift_cases {
  FILE *file;
  uint64_t line;
  struct sift_json_reader *reader;
  struct sift_field_path paths[FIELDS];
  struct sift_json_paths prepared;
  char *bytes;         /* the line, SIFT_CASE_BYTES_MAX and padding */
  char *texts[FIELDS]; /* decoded, as long */
  char error[SIFT_CASE_ERROR_BYTES];
};

enum { ROOM = SIFT_CASE_BYTES_MAX + SIFT_PADDING };

static bool allocate(struct sift_cases *cases) {
  cases->reader = sift_json_reader_new();
  cases->bytes = calloc(1, ROOM);
  bool good = cases->reader != NULL && cases->bytes != NULL;
  for (int i = 0; i < FIELDS && good; i++) {
    cases->texts[i] = malloc(ROOM);
    good = cases->texts[i] != NULL;
  }
  return good;
}

static void add_part(struct sift_field_path *path, const char *name) {
  size_t len = strlen(name);
  memcpy(path->parts[path->count].name, name, len);
  path->parts[path->count++].len = len;
}

enum sift_status sift_cases_new(struct sift_cases **out) {
  *out = NULL;
  struct sift_cases *cases = calloc(1, sizeof *cases);
  if (cases == NULL) {
    return SIFT_ENOMEM;
  }
  const struct sift_field_path *list[FIELDS];
  for (int i = 0; i < FIELDS; i++) {
    if (field_names[i].within != NULL) {
      add_part(&cases->paths[i], field_names[i].within);
    }
    add_part(&cases->paths[i], field_names[i].name);
    list[i] = &cases->paths[i];
  }
  sift_json_paths_init(&cases->prepared, list, FIELDS);
  if (!allocate(cases)) {
    sift_cases_free(cases);
    return SIFT_ENOMEM;
  }
  *out = cases;
  return SIFT_OK;
}

void sift_cases_free(struct sift_cases *cases) {
  if (cases == NULL) {
    return;
  }
  sift_json_reader_free(cases->reader);
  free(cases->bytes);
  for (int i = 0; i < FIELDS; i++) {
    free(cases->texts[i]);
  }
  free(cases);
}

void sift_cases_begin(struct sift_cases *cases, FILE *file) {
  cases->file = file;
  cases->line = 0;
  cases->error[0] = '\0';
}

uint64_t sift_cases_line(const struct sift_cases *cases) {
  return cases->line;
}

const char *sift_cases_error(const struct sift_cases *cases) {
  return cases->error;
}

static enum sift_status refuse(struct sift_cases *cases, enum sift_status status, const char *text) {
  snprintf(cases->error, sizeof cases->error, "%s", text);
  return status;
}

/* One line without its end; SIFT_END where the file has no more. */
static enum sift_status read_line(struct sift_cases *cases, size_t *len) {
  size_t used = 0;
  int c = 0;
  cases->line++;
  while ((c = getc(cases->file)) != EOF && c != '\n') {
    if (used == SIFT_CASE_BYTES_MAX) {
      return refuse(cases, SIFT_EFORMAT, "the line is longer than 4 MiB; a case is an excerpt, so cut its log");
    }
    cases->bytes[used++] = (char)c;
  }
  if (ferror(cases->file)) {
    return refuse(cases, SIFT_EIO, strerror(errno));
  }
  while (used > 0 && (cases->bytes[used - 1] == '\r' || cases->bytes[used - 1] == ' ')) {
    used--;
  }
  *len = used;
  memset(cases->bytes + used, 0, SIFT_PADDING);
  return c == EOF && used == 0 ? SIFT_END : SIFT_OK;
}

enum { FIELD_BYTES = 32 };

/* As messages call it: logs.build. */
static const char *name_of(enum field field, char out[FIELD_BYTES]) {
  const char *within = field_names[field].within;
  snprintf(out, FIELD_BYTES, "%s%s%s", within != NULL ? within : "", within != NULL ? "." : "", field_names[field].name);
  return out;
}

static enum sift_status take_text(struct sift_cases *cases, enum field field, const struct sift_json_value *value,
                                  struct sift_span *out) {
  char name[FIELD_BYTES];
  size_t len = 0;
  if (value->kind == SIFT_JSON_ABSENT && field == FIELD_ID) {
    *out = sift_span("", 0);
    return SIFT_OK;
  }
  if (value->kind != SIFT_JSON_STRING) {
    snprintf(cases->error, sizeof cases->error, "'%s' %s; it must be a text", name_of(field, name),
             value->kind == SIFT_JSON_ABSENT ? "is missing" : "is no text");
    return SIFT_EFORMAT;
  }
  if (!sift_json_unescape(value->raw, cases->texts[field], &len)) {
    snprintf(cases->error, sizeof cases->error, "'%s' holds an escape that JSON does not know", name_of(field, name));
    return SIFT_EFORMAT;
  }
  *out = sift_span(cases->texts[field], len);
  return SIFT_OK;
}

static enum sift_status take_kind(struct sift_cases *cases, struct sift_span kind, struct sift_case *out) {
  static const struct {
    const char *kind, *channel;
  } kinds[] = {{"build", "build"}, {"container", "run"}, {"platform", "platform"}, {"unknown", "-"}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (sift_span_equal(kind, sift_span_of(kinds[i].kind))) {
      out->kind = kinds[i].kind;
      out->logs[0].channel = kinds[i].channel;
      return SIFT_OK;
    }
  }
  snprintf(cases->error, sizeof cases->error, "the kind '%.*s' is unknown; there are build, container, platform and unknown",
           (int)(kind.len < 64 ? kind.len : 64), kind.data);
  return SIFT_EFORMAT;
}

/* One log, whose kind tells the channel. */
static enum sift_status take_log(struct sift_cases *cases, const struct sift_json_value values[FIELDS], struct sift_case *out) {
  struct sift_span kind;
  out->log_count = 1;
  enum sift_status status = take_text(cases, FIELD_KIND, &values[FIELD_KIND], &kind);
  status = status == SIFT_OK ? take_text(cases, FIELD_LOG, &values[FIELD_LOG], &out->logs[0].text) : status;
  return status == SIFT_OK ? take_kind(cases, kind, out) : status;
}

/* Several, by channel. */
static enum sift_status take_logs(struct sift_cases *cases, const struct sift_json_value values[FIELDS], struct sift_case *out) {
  static const enum field fields[] = {FIELD_LOGS_BUILD, FIELD_LOGS_RUN, FIELD_LOGS_PLATFORM};
  enum sift_status status = SIFT_OK;
  out->kind = "logs";
  out->log_count = 0;
  if (values[FIELD_LOG].kind != SIFT_JSON_ABSENT) {
    return refuse(cases, SIFT_EFORMAT, "'log' and 'logs' both stand there; put the one among the others");
  }
  if (values[FIELD_LOGS_CONTAINER].kind != SIFT_JSON_ABSENT) {
    return refuse(cases, SIFT_EFORMAT, "'logs.container' is no channel; did you mean 'run'?");
  }
  for (size_t i = 0; i < sizeof fields / sizeof fields[0] && status == SIFT_OK; i++) {
    if (values[fields[i]].kind != SIFT_JSON_ABSENT) {
      struct sift_case_log *log = &out->logs[out->log_count++];
      log->channel = field_names[fields[i]].name;
      status = take_text(cases, fields[i], &values[fields[i]], &log->text);
    }
  }
  if (status == SIFT_OK && out->log_count == 0) {
    return refuse(cases, SIFT_EFORMAT, "'logs' must be an object of texts by channel; there are build, run and platform");
  }
  return status;
}

static enum sift_status take_ambiguous(struct sift_cases *cases, const struct sift_json_value *value, bool *out) {
  *out = value->kind == SIFT_JSON_OTHER && sift_span_equal(value->raw, sift_span_of("true"));
  bool good = value->kind == SIFT_JSON_ABSENT || *out ||
              (value->kind == SIFT_JSON_OTHER &&
               (sift_span_equal(value->raw, sift_span_of("false")) || sift_span_equal(value->raw, sift_span_of("null"))));
  return good ? SIFT_OK : refuse(cases, SIFT_EFORMAT, "'ambiguous' must be true or false");
}

static enum sift_status parse(struct sift_cases *cases, size_t len, struct sift_case *out) {
  struct sift_json_value values[FIELDS] = {0};
  bool repaired = false;
  if (sift_json_reader_find(cases->reader, sift_span(cases->bytes, len), &cases->prepared, values, &repaired) != SIFT_REASONS) {
    return refuse(cases, SIFT_EFORMAT, "this is no JSON object; write one case a line, as docs/rules.md shows");
  }
  enum sift_status status = take_text(cases, FIELD_ID, &values[FIELD_ID], &out->id);
  if (status == SIFT_OK) {
    status = (values[FIELD_LOGS].kind == SIFT_JSON_ABSENT ? take_log : take_logs)(cases, values, out);
  }
  status = status == SIFT_OK ? take_text(cases, FIELD_LABEL, &values[FIELD_LABEL], &out->label) : status;
  return status == SIFT_OK ? take_ambiguous(cases, &values[FIELD_AMBIGUOUS], &out->ambiguous) : status;
}

enum sift_status sift_cases_next(struct sift_cases *cases, struct sift_case *out) {
  size_t len = 0;
  enum sift_status status = SIFT_OK;
  do {
    status = read_line(cases, &len);
  } while (status == SIFT_OK && len == 0);
  if (status != SIFT_OK) {
    return status;
  }
  out->line = cases->line;
  return parse(cases, len, out);
}
