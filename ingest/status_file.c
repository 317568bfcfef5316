#include "ingest/status_file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "engine/space.h"
#include "engine/stamp.h"
#include "engine/utf8.h"
#include "ingest/json_records.h"
#include "ingest/json_skim.h"
#include "ingest/json_text.h"

enum { READ_BYTES = 64 * 1024, WINDOW_LOG_MAX = 27, NAME_BYTES_MAX = 1024 };

static const int64_t FUTURE_NS = SIFT_STATUS_FUTURE_SECONDS * INT64_C(1000000000);

/* What is looked for in the page itself and in each thing that it includes. */
enum { TYPE, NAME, STATE, TITLE, AGGREGATE, STARTS, ENDS, UPDATED, WANTED };
static const char *const WANTED_PARTS[WANTED][2] = {
    [TYPE] = {"type", NULL},
    [NAME] = {"attributes", "public_name"},
    [STATE] = {"attributes", "status"},
    [TITLE] = {"attributes", "title"},
    [AGGREGATE] = {"attributes", "aggregate_state"},
    [STARTS] = {"attributes", "starts_at"},
    [ENDS] = {"attributes", "ends_at"},
    [UPDATED] = {"attributes", "updated_at"},
};

struct place {
  const char *at;
  unsigned line, column;
};

struct status_file {
  struct sift_status_page *page;
  const char *name;
  const struct sift_status_file_config *config;
  struct sift_problems *problems;
  struct sift_status_file_result *result;
  struct sift_json_reader *reader;
  struct sift_field_path paths[WANTED];
  struct sift_json_paths wanted;
  char *bytes;
  struct sift_span text; /* within bytes; SIFT_PADDING readable bytes behind */
  struct place base;     /* of the thing under way: problems are near to it */
  char *decoded;         /* room for any string of the text */
  bool full;             /* told that more is listed than is taken */
};

/* One object of the page, as far as it is of use. */
struct thing {
  struct sift_span text;
  struct sift_json_value values[SIFT_JSON_PATHS_MAX];
};

/* --- problems ---------------------------------------------------------------------------------------------------------- */

static struct place advanced(struct place place, const char *at) {
  for (; place.at < at; place.at++) {
    bool ends = *place.at == '\n';
    place.line += ends;
    place.column = ends ? 1 : place.column + 1;
  }
  return place;
}

static struct sift_problem problem_at(const struct status_file *file, const char *at) {
  struct place place = {NULL, 0, 0};
  if (at != NULL && file->base.at != NULL) {
    place = advanced(at >= file->base.at ? file->base : (struct place){file->text.data, 1, 1}, at);
  }
  return (struct sift_problem){
      .file = file->name, .line = place.line, .column = place.column, .subject = "", .field = "", .message = "", .hint = ""};
}

static void warn(struct status_file *file, const char *at, const char *field, const char *message, const char *hint) {
  struct sift_problem problem = problem_at(file, at);
  problem.warning = true;
  problem.field = field;
  problem.message = message;
  problem.hint = hint;
  sift_problems_add(file->problems, &problem);
}

static enum sift_status refuse(struct status_file *file, enum sift_status status, const char *message, const char *hint) {
  struct sift_problem problem = problem_at(file, file->text.data);
  problem.message = message;
  problem.hint = hint;
  sift_problems_add(file->problems, &problem);
  return status;
}

static void skip(struct status_file *file, const char *at, const char *message) {
  file->result->skipped++;
  warn(file, at, "", message, "the rest is used; fetch the page again from " SIFT_STATUS_URL);
}

/* --- values ------------------------------------------------------------------------------------------------------------ */

static bool is_null(const struct sift_json_value *value) {
  return value->kind == SIFT_JSON_ABSENT || (value->kind == SIFT_JSON_OTHER && sift_span_starts(value->raw, "n"));
}

/* Where it begins, a string with its quote. */
static const char *place_of(const struct sift_json_value *value) {
  return value->raw.data - (value->kind == SIFT_JSON_STRING);
}

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without blanks around it, borrowed until the next call; "" for what is no string. */
static struct sift_span text_of(struct status_file *file, const struct sift_json_value *value) {
  size_t len = value->raw.len;
  if (value->kind != SIFT_JSON_STRING) {
    return sift_span("", 0);
  }
  struct sift_span text = value->raw;
  if (value->escaped) {
    bool good = sift_json_unescape(value->raw, file->decoded, &len);
    text = sift_span(file->decoded, good ? len : 0);
  }
  while (text.len > 0 && is_blank(text.data[0])) {
    text = sift_span(text.data + 1, text.len - 1);
  }
  while (text.len > 0 && is_blank(text.data[text.len - 1])) {
    text.len--;
  }
  return sift_span(text.data, text.len > NAME_BYTES_MAX ? sift_cut_utf8(text, NAME_BYTES_MAX) : text.len);
}

static enum sift_component_state state_of(struct status_file *file, const struct thing *thing, int which) {
  const struct sift_json_value *value = &thing->values[which];
  struct sift_span name = text_of(file, value);
  enum sift_component_state state = sift_component_state_parse(name);
  if (state == SIFT_COMPONENT_UNKNOWN && !sift_span_equal(name, sift_span_of("unknown"))) {
    file->result->odd++;
    warn(file, is_null(value) ? thing->text.data : place_of(value), WANTED_PARTS[which][1],
         is_null(value) ? "is missing; it counts as unknown" : "is no state that is known; it counts as unknown",
         "known are operational, degraded, downtime, maintenance, not_monitored and resolved");
  }
  return state;
}

static int64_t time_of(struct status_file *file, const struct thing *thing, int which) {
  const struct sift_json_value *value = &thing->values[which];
  if (is_null(value) || (value->kind == SIFT_JSON_STRING && value->raw.len == 0)) {
    return SIFT_TIME_NONE;
  }
  struct sift_span text = value->kind == SIFT_JSON_NUMBER ? value->raw : text_of(file, value);
  int64_t time_ns = text.len > 0 ? sift_stamp_parse(text) : SIFT_TIME_NONE;
  if (time_ns == SIFT_TIME_NONE) {
    file->result->odd++;
    warn(file, place_of(value), WANTED_PARTS[which][1], "is no time, or not within 1990 to 2100; it counts as unknown",
         "write a time such as \"2026-01-31T10:20:30Z\"");
  }
  return time_ns;
}

/* --- components and reports -------------------------------------------------------------------------------------------- */

/* What the page says after the most that is taken is passed over, and told once. */
static enum sift_status settle(struct status_file *file, const struct thing *thing, enum sift_status status, uint64_t *taken) {
  if (status == SIFT_OK) {
    ++*taken;
  } else if (status == SIFT_ELIMIT) {
    file->result->skipped++;
    if (!file->full) {
      warn(file, thing->text.data, "", "more is listed than is taken; the rest is left out", "give the page of one platform alone");
    }
    file->full = true;
    status = SIFT_OK;
  }
  return status;
}

static enum sift_status add_component(struct status_file *file, const struct thing *thing, struct sift_span name,
                                      enum sift_component_state state) {
  const struct sift_component *held = sift_status_page_component(file->page, name);
  if (held != NULL && held->state != state) {
    file->result->contradictory++;
    warn(file, thing->text.data, "", "a component of this name has another state; the worse counts",
         "fetch the page again from " SIFT_STATUS_URL);
  }
  return settle(file, thing, sift_status_page_add_component(file->page, name, state), &file->result->components);
}

static enum sift_status take_component(struct status_file *file, const struct thing *thing) {
  char copy[NAME_BYTES_MAX];
  struct sift_span name = text_of(file, &thing->values[NAME]);
  if (name.len == 0) {
    skip(file, thing->text.data, "a component without a public_name; skipped");
    return SIFT_OK;
  }
  memcpy(copy, name.data, name.len);
  enum sift_component_state state = state_of(file, thing, STATE);
  return add_component(file, thing, sift_span(copy, name.len), state);
}

static enum sift_status take_report(struct status_file *file, const struct thing *thing) {
  char copy[NAME_BYTES_MAX];
  struct sift_span title = text_of(file, &thing->values[TITLE]);
  if (title.len == 0) {
    skip(file, thing->text.data, "a report without a title; skipped");
    return SIFT_OK;
  }
  memcpy(copy, title.data, title.len);
  title.data = copy;
  enum sift_component_state state = state_of(file, thing, AGGREGATE);
  int64_t starts_ns = time_of(file, thing, STARTS);
  int64_t ends_ns = time_of(file, thing, ENDS);
  if (ends_ns != SIFT_TIME_NONE && ends_ns < starts_ns) {
    file->result->contradictory++;
    warn(file, thing->text.data, "", "the report ends before it begins; it counts as over", "look at the page itself");
  }
  enum sift_status status = sift_status_page_add_report(file->page, title, state, starts_ns, ends_ns);
  return settle(file, thing, status, &file->result->reports);
}

/* False, and told, where it is no good JSON object. */
static bool look_into(struct status_file *file, struct sift_span text, struct thing *thing) {
  bool repaired = false;
  *thing = (struct thing){.text = text};
  if (text.data > file->base.at) {
    file->base = advanced(file->base, text.data);
  }
  enum sift_reason reason = sift_json_reader_find(file->reader, text, &file->wanted, thing->values, &repaired);
  assert(!repaired);
  if (reason != SIFT_REASONS) {
    skip(file, text.data, "the object expected here is not valid JSON; skipped");
  }
  return reason == SIFT_REASONS;
}

static enum sift_status take_included(struct status_file *file, struct sift_span list) {
  struct sift_json_skim skim;
  struct sift_span key;
  struct sift_span value;
  enum sift_status status = SIFT_OK;
  if (!sift_span_starts(list, "[")) {
    skip(file, list.data, "\"included\" is no list; skipped");
    return SIFT_OK;
  }
  sift_json_skim_begin(&skim, list);
  while (status == SIFT_OK && sift_json_skim_next(&skim, &key, &value)) {
    struct thing thing;
    if (!look_into(file, value, &thing)) {
      continue;
    }
    struct sift_span type = text_of(file, &thing.values[TYPE]);
    if (sift_span_equal(type, sift_span_of("status_page_resource"))) {
      status = take_component(file, &thing);
    } else if (sift_span_equal(type, sift_span_of("status_report"))) {
      status = take_report(file, &thing);
    }
  }
  return status;
}

static enum sift_status take_data(struct status_file *file, struct sift_span text) {
  struct thing thing;
  if (!look_into(file, text, &thing)) {
    return SIFT_OK;
  }
  int64_t updated_ns = time_of(file, &thing, UPDATED);
  if (file->config->now_ns != SIFT_TIME_NONE && updated_ns > file->config->now_ns &&
      updated_ns - file->config->now_ns > FUTURE_NS) {
    file->result->future = true;
    warn(file, place_of(&thing.values[UPDATED]), "updated_at", "is in the future", "check the clock");
  }
  enum sift_component_state state = state_of(file, &thing, AGGREGATE);
  return is_null(&thing.values[AGGREGATE]) ? SIFT_OK : add_component(file, &thing, sift_span_of("aggregate"), state);
}

/* --- the whole page ---------------------------------------------------------------------------------------------------- */

/* What stands at the top of the page. */
struct top {
  struct sift_span data, included;
  bool other; /* as pages of another maker have it */
  bool broken;
};

static void look_at_top(struct status_file *file, struct top *top) {
  struct sift_json_skim skim;
  struct sift_span key;
  struct sift_span value;
  *top = (struct top){0};
  sift_json_skim_begin(&skim, file->text);
  while (sift_json_skim_next(&skim, &key, &value)) {
    if (sift_span_equal(key, sift_span_of("data")) && top->data.data == NULL) {
      top->data = value;
    } else if (sift_span_equal(key, sift_span_of("included")) && top->included.data == NULL) {
      top->included = value;
    }
    top->other = top->other || sift_span_equal(key, sift_span_of("components")) || sift_span_equal(key, sift_span_of("page")) ||
                 sift_span_equal(key, sift_span_of("incidents"));
  }
  top->broken = skim.broken;
}

static char first_byte(struct sift_span text) {
  size_t at = 0;
  while (at < text.len && is_blank(text.data[at])) {
    at++;
  }
  return at < text.len ? text.data[at] : '\0';
}

static enum sift_status take_page(struct status_file *file) {
  struct top top;
  if (first_byte(file->text) == '<') {
    return refuse(file, SIFT_EFORMAT, "is HTML or XML, not the page's JSON", "fetch " SIFT_STATUS_URL);
  }
  look_at_top(file, &top);
  if (top.other && top.data.data == NULL && top.included.data == NULL) {
    return refuse(file, SIFT_EFORMAT, "is a status page of another make (Atlassian's /api/v2)", "fetch " SIFT_STATUS_URL);
  }
  enum sift_status status = top.data.data != NULL ? take_data(file, top.data) : SIFT_OK;
  if (status == SIFT_OK && top.included.data != NULL) {
    status = take_included(file, top.included);
  }
  if (status != SIFT_OK) {
    return status;
  }
  if (file->result->components + file->result->reports == 0) {
    return refuse(file, SIFT_EFORMAT, "nothing in it can be used as a status page", "fetch " SIFT_STATUS_URL);
  }
  if (top.broken) {
    file->result->damaged = true;
    warn(file, file->text.data + file->text.len, "", "the page ends, or breaks off, before its JSON does",
         "fetch it again from " SIFT_STATUS_URL ": components may be missing");
  } else if (top.included.data == NULL) {
    warn(file, file->text.data, "", "lists no components", "fetch " SIFT_STATUS_URL);
  }
  return SIFT_OK;
}

/* --- bytes ------------------------------------------------------------------------------------------------------------- */

/* All bytes of the source, or SIFT_ELIMIT; where its end is damaged, what was before that, and the status. */
static enum sift_status read_all(struct status_file *file, struct sift_source *source, size_t *len) {
  size_t capacity = 0;
  *len = 0;
  for (;;) {
    if (capacity - *len < READ_BYTES) {
      capacity = capacity == 0 ? (size_t)2 * READ_BYTES : 2 * capacity;
      char *bytes = realloc(file->bytes, capacity + SIFT_PADDING);
      if (bytes == NULL) {
        return SIFT_ENOMEM;
      }
      file->bytes = bytes;
    }
    size_t got = 0;
    enum sift_status status = sift_source_read(source, file->bytes + *len, READ_BYTES, &got);
    *len += got;
    memset(file->bytes + *len, 0, SIFT_PADDING);
    if (*len > SIFT_STATUS_FILE_BYTES_MAX) {
      return SIFT_ELIMIT;
    }
    if (status != SIFT_OK) {
      return status == SIFT_END ? SIFT_OK : status;
    }
  }
}

/* The first byte of the text is where lines are counted from. */
static void begin_text(struct status_file *file) {
  if (sift_span_starts(file->text, "\xEF\xBB\xBF")) {
    file->text = sift_span(file->text.data + 3, file->text.len - 3);
  }
  file->base = (struct place){file->text.data, 1, 1};
}

static bool repair(struct status_file *file) {
  if (sift_utf8_valid(file->text)) {
    return true;
  }
  char *bytes = malloc(file->text.len * 3 + SIFT_PADDING);
  if (bytes == NULL) {
    return false;
  }
  size_t len = sift_utf8_repair(file->text, bytes);
  memset(bytes + len, 0, SIFT_PADDING);
  free(file->bytes);
  file->bytes = bytes;
  file->text = sift_span(bytes, len);
  begin_text(file);
  warn(file, bytes, "", "held invalid UTF-8, which was replaced", "save it as UTF-8");
  return true;
}

static enum sift_status take_bytes(struct status_file *file, struct sift_source *source) {
  size_t len = 0;
  enum sift_status status = read_all(file, source, &len);
  if (status == SIFT_ENOMEM) {
    return status;
  }
  if (status == SIFT_ELIMIT) {
    return refuse(file, status, "is longer than 8 MiB", "no status page is: fetch " SIFT_STATUS_URL);
  }
  file->text = sift_span(file->bytes, len);
  file->result->damaged = status != SIFT_OK;
  if (status != SIFT_OK) {
    warn(file, NULL, "", source->reason < SIFT_REASONS ? sift_reason_text(source->reason) : sift_status_text(status),
         "fetch it again from " SIFT_STATUS_URL);
  }
  if (sift_span_starts(file->text, "\xFF\xFE") || sift_span_starts(file->text, "\xFE\xFF")) {
    return refuse(file, SIFT_EFORMAT, "is UTF-16", "save it as UTF-8");
  }
  begin_text(file);
  if (!repair(file) || (file->decoded = malloc(file->text.len + SIFT_PADDING)) == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status taken = take_page(file);
  return taken == SIFT_EFORMAT && status != SIFT_OK ? status : taken;
}

static bool prepare(struct status_file *file) {
  const struct sift_field_path *list[WANTED];
  for (int i = 0; i < WANTED; i++) {
    for (int j = 0; j < 2 && WANTED_PARTS[i][j] != NULL; j++) {
      file->paths[i].parts[j].len = strlen(WANTED_PARTS[i][j]);
      memcpy(file->paths[i].parts[j].name, WANTED_PARTS[i][j], file->paths[i].parts[j].len);
      file->paths[i].count++;
    }
    list[i] = &file->paths[i];
  }
  sift_json_paths_init(&file->wanted, list, WANTED);
  file->reader = sift_json_reader_new();
  return file->reader != NULL;
}

enum sift_status sift_status_file_read_source(struct sift_status_page *page, struct sift_source *source, const char *name,
                                              const struct sift_status_file_config *config, struct sift_problems *problems,
                                              struct sift_status_file_result *result) {
  struct status_file file = {.page = page, .name = name, .config = config, .problems = problems, .result = result};
  *result = (struct sift_status_file_result){0};
  enum sift_status status = prepare(&file) ? take_bytes(&file, source) : SIFT_ENOMEM;
  sift_json_reader_free(file.reader);
  free(file.bytes);
  free(file.decoded);
  return status;
}

enum sift_status sift_status_file_read(struct sift_status_page *page, const char *path,
                                       const struct sift_status_file_config *config, struct sift_problems *problems,
                                       struct sift_status_file_result *result) {
  struct sift_source *source = NULL;
  struct sift_source_limits limits = {.window_log_max = WINDOW_LOG_MAX};
  enum sift_reason reason = SIFT_REASONS;
  *result = (struct sift_status_file_result){0};
  errno = 0;
  enum sift_status status = sift_source_open(&source, path, &limits, &reason);
  if (status == SIFT_OK) {
    status = sift_status_file_read_source(page, source, path, config, problems, result);
    sift_source_free(source);
    return status;
  }
  if (status == SIFT_ENOMEM) {
    return status;
  }
  struct status_file file = {.name = path, .problems = problems, .result = result};
  bool refused = reason == SIFT_REASON_UNREADABLE && errno != 0;
  const char *message = reason < SIFT_REASONS ? sift_reason_text(reason) : sift_status_text(status);
  result->damaged = true;
  return refuse(&file, status == SIFT_END ? SIFT_EFORMAT : status, refused ? strerror(errno) : message,
                refused ? "check the file's name and permissions" : "fetch " SIFT_STATUS_URL);
}
