#include "ingest/facts_record.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "engine/space.h"
#include "engine/stamp.h"
#include "engine/utf8.h"
#include "ingest/fact_values.h"
#include "ingest/json_text.h"

/* What a path leads to: a fact, or one of these. */
enum {
  SPACE = SIFT_FACTS,
  TIME,
  SHA,   /* of the repository, or in the bare runtime JSON the commit that runs */
  ERROR, /* {"error": …}: the Hub's answer where it has no facts to give */
  PART,  /* an object that others of these paths lead into */
  TARGETS
};

/* Of several paths to one thing the first that has a good value counts. The Hub's own names, those that its Python client
 * writes, and those that conditions use. */
static const struct {
  unsigned target;
  const char *path;
} SOURCES[] = {
    {SPACE, "space"},
    {SPACE, "id"},
    {SPACE, "repo_id"},
    {SPACE, "name"},
    {SIFT_FACT_STAGE, "stage"},
    {SIFT_FACT_STAGE, "runtime.stage"},
    {SIFT_FACT_ERROR_MESSAGE, "error_message"},
    {SIFT_FACT_ERROR_MESSAGE, "errorMessage"},
    {SIFT_FACT_ERROR_MESSAGE, "runtime.errorMessage"},
    {SIFT_FACT_ERROR_MESSAGE, "runtime.error_message"},
    {SIFT_FACT_SDK, "sdk"},
    {SIFT_FACT_SDK, "cardData.sdk"},
    {SIFT_FACT_SDK, "card_data.sdk"},
    {SIFT_FACT_SDK, "runtime.sdk"},
    {SIFT_FACT_APP_PORT, "app_port"},
    {SIFT_FACT_APP_PORT, "appPort"},
    {SIFT_FACT_APP_PORT, "cardData.app_port"},
    {SIFT_FACT_APP_PORT, "card_data.app_port"},
    {SIFT_FACT_HARDWARE, "hardware"},
    {SIFT_FACT_HARDWARE, "hardware.current"},
    {SIFT_FACT_HARDWARE, "runtime.hardware"},
    {SIFT_FACT_HARDWARE, "runtime.hardware.current"},
    {SIFT_FACT_HARDWARE_REQUESTED, "hardware_requested"},
    {SIFT_FACT_HARDWARE_REQUESTED, "hardwareRequested"},
    {SIFT_FACT_HARDWARE_REQUESTED, "requested_hardware"},
    {SIFT_FACT_HARDWARE_REQUESTED, "hardware.requested"},
    {SIFT_FACT_HARDWARE_REQUESTED, "runtime.requested_hardware"},
    {SIFT_FACT_HARDWARE_REQUESTED, "runtime.hardware.requested"},
    {SIFT_FACT_STARTUP_TIMEOUT, "startup_timeout"},
    {SIFT_FACT_STARTUP_TIMEOUT, "startupTimeout"},
    {SIFT_FACT_STARTUP_TIMEOUT, "startup_duration_timeout"},
    {SIFT_FACT_STARTUP_TIMEOUT, "startupDurationTimeout"},
    {SIFT_FACT_STARTUP_TIMEOUT, "cardData.startup_duration_timeout"},
    {SIFT_FACT_STARTUP_TIMEOUT, "card_data.startup_duration_timeout"},
    {SIFT_FACT_COMMIT, "commit"},
    {SIFT_FACT_COMMIT, "runtime.sha"},
    {SIFT_FACT_REPO_COMMIT, "repo_commit"},
    {SIFT_FACT_REPO_COMMIT, "repoCommit"},
    {SIFT_FACT_ABUSE, "abuse"},
    {SIFT_FACT_ABUSE, "runtime.abuse"},
    {SIFT_FACT_DISABLED, "disabled"},
    {TIME, "time"},
    {TIME, "timestamp"},
    {SHA, "sha"},
    {ERROR, "error"},
    {PART, "runtime"},
    {PART, "cardData"},
    {PART, "card_data"},
};
enum { SOURCE_COUNT = sizeof SOURCES / sizeof SOURCES[0], HALF = SIFT_JSON_PATHS_MAX };
static_assert(SOURCE_COUNT > HALF && SOURCE_COUNT <= 2 * HALF, "asked for in two halves");
static_assert((int)SOURCE_COUNT <= (int)SIFT_FACT_ODDITIES_MAX, "each may be odd");

static const struct {
  bool (*canonical)(enum sift_json_kind kind, char *text, size_t *len); /* NULL: told apart by hand */
  const char *hint;
} KINDS[TARGETS] = {
    [SIFT_FACT_STAGE] = {sift_fact_value_upper, "write a text such as \"RUNNING\""},
    [SIFT_FACT_ERROR_MESSAGE] = {sift_fact_value_any, "write a text"},
    [SIFT_FACT_SDK] = {sift_fact_value_lower, "write \"docker\", \"gradio\", \"static\" or \"streamlit\""},
    [SIFT_FACT_APP_PORT] = {sift_fact_value_port, "write a whole number from 1 to 65535"},
    [SIFT_FACT_HARDWARE] = {sift_fact_value_lower, "write a flavour such as \"cpu-basic\""},
    [SIFT_FACT_HARDWARE_REQUESTED] = {sift_fact_value_lower, "write a flavour such as \"cpu-basic\""},
    [SIFT_FACT_STARTUP_TIMEOUT] = {sift_fact_value_duration, "write a duration such as \"30m\" or \"1h30m\", or seconds"},
    [SIFT_FACT_COMMIT] = {sift_fact_value_commit, "write the commit's 40 hexadecimal digits"},
    [SIFT_FACT_REPO_COMMIT] = {sift_fact_value_commit, "write the commit's 40 hexadecimal digits"},
    [SIFT_FACT_ABUSE] = {sift_fact_value_abuse, "write true or false"},
    [SIFT_FACT_DISABLED] = {sift_fact_value_flag, "write true or false"},
    [SPACE] = {sift_fact_value_space, "write \"owner/name\""},
    [TIME] = {NULL, "write a time such as \"2026-01-31T10:20:30Z\", or Unix seconds, within 1990 to 2100"},
    [SHA] = {sift_fact_value_commit, "write the commit's 40 hexadecimal digits"},
    [ERROR] = {sift_fact_value_any, "write a text"},
    [PART] = {NULL, "leave it as the Hub gives it: an object"},
};

struct sift_fact_records {
  struct sift_json_reader *reader;
  struct sift_field_path paths[SOURCE_COUNT];
  struct sift_json_paths halves[2];
  char *repaired, *scratch;
  size_t repaired_size, scratch_size;
};

/* One record being read. */
struct reading {
  struct sift_fact_record *out;
  struct sift_span text;
  char *scratch; /* room for what is decoded next */
  struct sift_span found[TARGETS];
  struct sift_json_value values[2 * HALF];
};

/* --- lifecycle --------------------------------------------------------------------------------------------------------- */

static void parse_path(struct sift_field_path *path, const char *text) {
  while (*text != '\0') {
    size_t len = strcspn(text, ".");
    assert(path->count < SIFT_PATH_PARTS_MAX && len < SIFT_PATH_PART_BYTES_MAX);
    memcpy(path->parts[path->count].name, text, len);
    path->parts[path->count++].len = len;
    text += len + (text[len] == '.');
  }
}

enum sift_status sift_fact_records_new(struct sift_fact_records **out) {
  const struct sift_field_path *list[SOURCE_COUNT];
  struct sift_fact_records *records = calloc(1, sizeof *records);
  *out = records;
  if (records == NULL || (records->reader = sift_json_reader_new()) == NULL) {
    free(records);
    *out = NULL;
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < SOURCE_COUNT; i++) {
    parse_path(&records->paths[i], SOURCES[i].path);
    list[i] = &records->paths[i];
  }
  sift_json_paths_init(&records->halves[0], list, HALF);
  sift_json_paths_init(&records->halves[1], list + HALF, SOURCE_COUNT - HALF);
  return SIFT_OK;
}

void sift_fact_records_free(struct sift_fact_records *records) {
  if (records != NULL) {
    sift_json_reader_free(records->reader);
    free(records->repaired);
    free(records->scratch);
    free(records);
  }
}

/* --- values ------------------------------------------------------------------------------------------------------------ */

static bool is_null(const struct sift_json_value *value) {
  return value->kind == SIFT_JSON_ABSENT || (value->kind == SIFT_JSON_OTHER && sift_span_starts(value->raw, "n"));
}

static bool is_object(const struct sift_json_value *value) {
  return value->kind == SIFT_JSON_OTHER && sift_span_starts(value->raw, "{");
}

/* The value's text, ours to write to. False on a bad escape. */
static bool decode(struct reading *reading, const struct sift_json_value *value, char **text, size_t *len) {
  *text = reading->scratch;
  *len = value->raw.len;
  reading->scratch += value->raw.len + SIFT_PADDING;
  if (value->escaped) {
    return sift_json_unescape(value->raw, *text, len);
  }
  if (value->raw.len > 0) {
    memcpy(*text, value->raw.data, value->raw.len);
  }
  return true;
}

static bool take_time(struct reading *reading, enum sift_json_kind kind, struct sift_span text) {
  int64_t time_ns = kind == SIFT_JSON_OTHER ? SIFT_TIME_NONE : sift_stamp_parse(text);
  if (time_ns == SIFT_TIME_NONE) {
    return false;
  }
  if (reading->out->sheet.time_ns == SIFT_TIME_NONE) {
    reading->out->sheet.time_ns = time_ns;
  }
  return true;
}

/* A name without an owner is given up for one with: the Hub has other ids besides. */
static bool is_better(unsigned target, struct sift_span held, struct sift_span text) {
  bool without_owner = target == SPACE && held.len > 0 && memchr(held.data, '/', held.len) == NULL;
  return held.len == 0 || (without_owner && memchr(text.data, '/', text.len) != NULL);
}

static bool take_value(struct reading *reading, unsigned target, const struct sift_json_value *value) {
  char *text = NULL;
  size_t len = 0;
  if (target == PART || (target == SIFT_FACT_HARDWARE && is_object(value))) {
    return is_object(value);
  }
  if (!decode(reading, value, &text, &len)) {
    return false;
  }
  if (target == TIME) {
    return take_time(reading, value->kind, sift_span(text, len));
  }
  if (len == 0) {
    return true; /* as good as absent */
  }
  if (!KINDS[target].canonical(value->kind, text, &len)) {
    return false;
  }
  if (len > 0 && is_better(target, reading->found[target], sift_span(text, len))) {
    reading->found[target] = sift_span(text, len);
  }
  return true;
}

static void note_oddity(struct reading *reading, size_t source, const struct sift_json_value *value) {
  struct sift_fact_record *out = reading->out;
  if (SOURCES[source].target == ERROR) {
    return;
  }
  out->oddities[out->oddity_count++] = (struct sift_fact_oddity){
      .field = SOURCES[source].path,
      .hint = KINDS[SOURCES[source].target].hint,
      .offset = out->repaired ? 0 : (size_t)(value->raw.data - reading->text.data) - (value->kind == SIFT_JSON_STRING),
  };
}

/* Names that are none are no oddity where another is. */
static void forgive_names(struct reading *reading) {
  struct sift_fact_record *out = reading->out;
  size_t kept = 0;
  for (size_t i = 0; i < out->oddity_count; i++) {
    if (reading->found[SPACE].len == 0 || out->oddities[i].hint != KINDS[SPACE].hint) {
      out->oddities[kept++] = out->oddities[i];
    }
  }
  out->oddity_count = kept;
}

static void settle_sha(struct reading *reading, bool bare) {
  struct sift_span *into = &reading->found[bare ? SIFT_FACT_COMMIT : SIFT_FACT_REPO_COMMIT];
  if (into->len == 0) {
    *into = reading->found[SHA];
  }
}

static void take_values(struct reading *reading) {
  bool runtime = false;
  bool stage = false;
  for (size_t i = 0; i < SOURCE_COUNT; i++) {
    const struct sift_json_value *value = &reading->values[i];
    stage = stage || (value->kind != SIFT_JSON_ABSENT && strcmp(SOURCES[i].path, "stage") == 0);
    runtime = runtime || (value->kind != SIFT_JSON_ABSENT && strcmp(SOURCES[i].path, "runtime") == 0);
    if (!is_null(value) && !take_value(reading, SOURCES[i].target, value)) {
      note_oddity(reading, i, value);
    }
  }
  settle_sha(reading, stage && !runtime);
  forgive_names(reading);
}

/* --- records ----------------------------------------------------------------------------------------------------------- */

static bool reserve(char **bytes, size_t *size, size_t wanted) {
  if (wanted <= *size) {
    return true;
  }
  free(*bytes);
  *bytes = malloc(wanted);
  *size = *bytes != NULL ? wanted : 0;
  return *bytes != NULL;
}

static bool repair(struct sift_fact_records *records, struct sift_span *text) {
  if (!reserve(&records->repaired, &records->repaired_size, text->len * 3 + SIFT_PADDING)) {
    return false;
  }
  size_t len = sift_utf8_repair(*text, records->repaired);
  memset(records->repaired + len, 0, SIFT_PADDING);
  *text = sift_span(records->repaired, len);
  return true;
}

static enum sift_reason find(struct sift_fact_records *records, struct reading *reading) {
  for (size_t i = 0; i < 2; i++) {
    bool repaired = false;
    struct sift_json_value *values = reading->values + i * HALF;
    enum sift_reason reason = sift_json_reader_find(records->reader, reading->text, &records->halves[i], values, &repaired);
    assert(!repaired); /* else what was found first would be lost */
    if (reason != SIFT_REASONS) {
      return reason;
    }
  }
  return SIFT_REASONS;
}

enum sift_status sift_fact_records_read(struct sift_fact_records *records, struct sift_span text, struct sift_fact_record *out,
                                        enum sift_reason *reason) {
  struct reading reading = {.out = out, .text = text};
  *reason = SIFT_REASONS;
  *out = (struct sift_fact_record){.repaired = !sift_utf8_valid(text), .sheet.time_ns = SIFT_TIME_NONE};
  if (out->repaired && !repair(records, &reading.text)) {
    return SIFT_ENOMEM;
  }
  /* All values stand side by side in the text, so that they take no more together than it does. */
  if (!reserve(&records->scratch, &records->scratch_size, reading.text.len + (size_t)SOURCE_COUNT * SIFT_PADDING)) {
    return SIFT_ENOMEM;
  }
  reading.scratch = records->scratch;
  *reason = find(records, &reading);
  if (*reason != SIFT_REASONS) {
    return SIFT_OK;
  }
  take_values(&reading);
  out->sheet.space = reading.found[SPACE];
  out->error = reading.found[ERROR];
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    out->sheet.values[i] = reading.found[i];
    out->informed = out->informed || reading.found[i].len > 0;
  }
  return SIFT_OK;
}
