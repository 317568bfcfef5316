/* The page's JSON:API → components and reports. */
#include <assert.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "engine/space.h"
#include "engine/stamp.h"
#include "ingest/json_records.h"
#include "ingest/json_skim.h"
#include "ingest/json_text.h"
#include "ingest/status_internal.h"

enum { NAME_BYTES_MAX = 1024 };

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

struct page_json {
  struct sift_status_reading *reading;
  struct sift_json_reader *reader;
  struct sift_field_path paths[WANTED];
  struct sift_json_paths wanted;
  char *decoded; /* room for any string of the text */
  bool full;     /* told that more is listed than is taken */
};

/* One object of the page, as far as it is of use. */
struct thing {
  struct sift_span text;
  struct sift_json_value values[SIFT_JSON_PATHS_MAX];
};

/* --- problems ---------------------------------------------------------------------------------------------------------- */

static struct sift_status_place advanced(struct sift_status_place place, const char *at) {
  for (; place.at < at; place.at++) {
    bool ends = *place.at == '\n';
    place.line += ends;
    place.column = ends ? 1 : place.column + 1;
  }
  return place;
}

static struct sift_problem problem_at(const struct sift_status_reading *reading, const char *at) {
  struct sift_status_place place = {NULL, 0, 0};
  if (at != NULL && reading->base.at != NULL) {
    place = advanced(at >= reading->base.at ? reading->base : (struct sift_status_place){reading->text.data, 1, 1}, at);
  }
  return (struct sift_problem){
      .file = reading->name, .line = place.line, .column = place.column, .subject = "", .field = "", .message = "", .hint = ""};
}

void sift_status_warn(struct sift_status_reading *reading, const char *at, const char *field, const char *message,
                      const char *hint) {
  struct sift_problem problem = problem_at(reading, at);
  problem.warning = true;
  problem.field = field;
  problem.message = message;
  problem.hint = hint;
  sift_problems_add(reading->problems, &problem);
}

enum sift_status sift_status_refuse(struct sift_status_reading *reading, enum sift_status status, const char *message,
                                    const char *hint) {
  struct sift_problem problem = problem_at(reading, reading->text.data);
  problem.message = message;
  problem.hint = hint;
  sift_problems_add(reading->problems, &problem);
  return status;
}

void sift_status_begin(struct sift_status_reading *reading) {
  reading->base = (struct sift_status_place){reading->text.data, 1, 1};
}

static void skip(struct page_json *json, const char *at, const char *message) {
  json->reading->result->skipped++;
  sift_status_warn(json->reading, at, "", message, "the rest is used; fetch the page again from " SIFT_STATUS_URL);
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
static struct sift_span text_of(struct page_json *json, const struct sift_json_value *value) {
  size_t len = value->raw.len;
  if (value->kind != SIFT_JSON_STRING) {
    return sift_span("", 0);
  }
  struct sift_span text = value->raw;
  if (value->escaped) {
    bool good = sift_json_unescape(value->raw, json->decoded, &len);
    text = sift_span(json->decoded, good ? len : 0);
  }
  while (text.len > 0 && is_blank(text.data[0])) {
    text = sift_span(text.data + 1, text.len - 1);
  }
  while (text.len > 0 && is_blank(text.data[text.len - 1])) {
    text.len--;
  }
  return sift_span(text.data, text.len > NAME_BYTES_MAX ? sift_cut_utf8(text, NAME_BYTES_MAX) : text.len);
}

static enum sift_component_state state_of(struct page_json *json, const struct thing *thing, int which) {
  const struct sift_json_value *value = &thing->values[which];
  struct sift_span name = text_of(json, value);
  enum sift_component_state state = sift_component_state_parse(name);
  if (state == SIFT_COMPONENT_UNKNOWN && !sift_span_equal(name, sift_span_of("unknown"))) {
    json->reading->result->odd++;
    sift_status_warn(json->reading, is_null(value) ? thing->text.data : place_of(value), WANTED_PARTS[which][1],
                     is_null(value) ? "is missing; it counts as unknown" : "is no state that is known; it counts as unknown",
                     "known are operational, degraded, downtime, maintenance, not_monitored and resolved");
  }
  return state;
}

static int64_t time_of(struct page_json *json, const struct thing *thing, int which) {
  const struct sift_json_value *value = &thing->values[which];
  if (is_null(value) || (value->kind == SIFT_JSON_STRING && value->raw.len == 0)) {
    return SIFT_TIME_NONE;
  }
  struct sift_span text = value->kind == SIFT_JSON_NUMBER ? value->raw : text_of(json, value);
  int64_t time_ns = text.len > 0 ? sift_stamp_parse(text) : SIFT_TIME_NONE;
  if (time_ns == SIFT_TIME_NONE) {
    json->reading->result->odd++;
    sift_status_warn(json->reading, place_of(value), WANTED_PARTS[which][1],
                     "is no time, or not within 1990 to 2100; it counts as unknown",
                     "write a time such as \"2026-01-31T10:20:30Z\"");
  }
  return time_ns;
}

/* --- components and reports -------------------------------------------------------------------------------------------- */

/* What the page says after the most that is taken is passed over, and told once. */
static enum sift_status settle(struct page_json *json, const struct thing *thing, enum sift_status status, uint64_t *taken) {
  if (status == SIFT_OK) {
    ++*taken;
  } else if (status == SIFT_ELIMIT) {
    json->reading->result->skipped++;
    if (!json->full) {
      sift_status_warn(json->reading, thing->text.data, "", "more is listed than is taken; the rest is left out",
                       "give the page of one platform alone");
    }
    json->full = true;
    status = SIFT_OK;
  }
  return status;
}

static enum sift_status add_component(struct page_json *json, const struct thing *thing, struct sift_span name,
                                      enum sift_component_state state) {
  const struct sift_component *held = sift_status_page_component(json->reading->page, name);
  if (held != NULL && held->state != state) {
    json->reading->result->contradictory++;
    sift_status_warn(json->reading, thing->text.data, "", "a component of this name has another state; the worse counts",
                     "fetch the page again from " SIFT_STATUS_URL);
  }
  return settle(json, thing, sift_status_page_add_component(json->reading->page, name, state), &json->reading->result->components);
}

static enum sift_status take_component(struct page_json *json, const struct thing *thing) {
  char copy[NAME_BYTES_MAX];
  struct sift_span name = text_of(json, &thing->values[NAME]);
  if (name.len == 0) {
    skip(json, thing->text.data, "a component without a public_name; skipped");
    return SIFT_OK;
  }
  memcpy(copy, name.data, name.len);
  enum sift_component_state state = state_of(json, thing, STATE);
  return add_component(json, thing, sift_span(copy, name.len), state);
}

static enum sift_status take_report(struct page_json *json, const struct thing *thing) {
  char copy[NAME_BYTES_MAX];
  struct sift_span title = text_of(json, &thing->values[TITLE]);
  if (title.len == 0) {
    skip(json, thing->text.data, "a report without a title; skipped");
    return SIFT_OK;
  }
  memcpy(copy, title.data, title.len);
  title.data = copy;
  enum sift_component_state state = state_of(json, thing, AGGREGATE);
  int64_t starts_ns = time_of(json, thing, STARTS);
  int64_t ends_ns = time_of(json, thing, ENDS);
  if (ends_ns != SIFT_TIME_NONE && ends_ns < starts_ns) {
    json->reading->result->contradictory++;
    sift_status_warn(json->reading, thing->text.data, "", "the report ends before it begins; it counts as over",
                     "look at the page itself");
  }
  enum sift_status status = sift_status_page_add_report(json->reading->page, title, state, starts_ns, ends_ns);
  return settle(json, thing, status, &json->reading->result->reports);
}

/* False, and told, where it is no good JSON object. */
static bool look_into(struct page_json *json, struct sift_span text, struct thing *thing) {
  bool repaired = false;
  *thing = (struct thing){.text = text};
  if (text.data > json->reading->base.at) {
    json->reading->base = advanced(json->reading->base, text.data);
  }
  enum sift_reason reason = sift_json_reader_find(json->reader, text, &json->wanted, thing->values, &repaired);
  assert(!repaired);
  if (reason != SIFT_REASONS) {
    skip(json, text.data, "the object expected here is not valid JSON; skipped");
  }
  return reason == SIFT_REASONS;
}

static enum sift_status take_included(struct page_json *json, struct sift_span list) {
  struct sift_json_skim skim;
  struct sift_span key;
  struct sift_span value;
  enum sift_status status = SIFT_OK;
  if (!sift_span_starts(list, "[")) {
    skip(json, list.data, "\"included\" is no list; skipped");
    return SIFT_OK;
  }
  sift_json_skim_begin(&skim, list);
  while (status == SIFT_OK && sift_json_skim_next(&skim, &key, &value)) {
    struct thing thing;
    if (!look_into(json, value, &thing)) {
      continue;
    }
    struct sift_span type = text_of(json, &thing.values[TYPE]);
    if (sift_span_equal(type, sift_span_of("status_page_resource"))) {
      status = take_component(json, &thing);
    } else if (sift_span_equal(type, sift_span_of("status_report"))) {
      status = take_report(json, &thing);
    }
  }
  return status;
}

static enum sift_status take_data(struct page_json *json, struct sift_span text) {
  struct thing thing;
  if (!look_into(json, text, &thing)) {
    return SIFT_OK;
  }
  int64_t updated_ns = time_of(json, &thing, UPDATED);
  if (json->reading->config->now_ns != SIFT_TIME_NONE && updated_ns > json->reading->config->now_ns &&
      updated_ns - json->reading->config->now_ns > FUTURE_NS) {
    json->reading->result->future = true;
    sift_status_warn(json->reading, place_of(&thing.values[UPDATED]), "updated_at", "is in the future", "check the clock");
  }
  enum sift_component_state state = state_of(json, &thing, AGGREGATE);
  return is_null(&thing.values[AGGREGATE]) ? SIFT_OK : add_component(json, &thing, sift_span_of("aggregate"), state);
}

/* --- the whole page ---------------------------------------------------------------------------------------------------- */

/* What stands at the top of the page. */
struct top {
  struct sift_span data, included;
  bool other; /* as pages of another maker have it */
  bool broken;
};

static void look_at_top(struct page_json *json, struct top *top) {
  struct sift_json_skim skim;
  struct sift_span key;
  struct sift_span value;
  *top = (struct top){0};
  sift_json_skim_begin(&skim, json->reading->text);
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

static enum sift_status take_page(struct page_json *json) {
  struct top top;
  if (first_byte(json->reading->text) == '<') {
    return sift_status_refuse(json->reading, SIFT_EFORMAT, "is HTML or XML, not the page's JSON", "fetch " SIFT_STATUS_URL);
  }
  look_at_top(json, &top);
  if (top.other && top.data.data == NULL && top.included.data == NULL) {
    return sift_status_refuse(json->reading, SIFT_EFORMAT, "is a status page of another make (Atlassian's /api/v2)",
                              "fetch " SIFT_STATUS_URL);
  }
  enum sift_status status = top.data.data != NULL ? take_data(json, top.data) : SIFT_OK;
  if (status == SIFT_OK && top.included.data != NULL) {
    status = take_included(json, top.included);
  }
  if (status != SIFT_OK) {
    return status;
  }
  if (json->reading->result->components + json->reading->result->reports == 0) {
    return sift_status_refuse(json->reading, SIFT_EFORMAT, "nothing in it can be used as a status page", "fetch " SIFT_STATUS_URL);
  }
  if (top.broken) {
    json->reading->result->damaged = true;
    sift_status_warn(json->reading, json->reading->text.data + json->reading->text.len, "",
                     "the page ends, or breaks off, before its JSON does",
                     "fetch it again from " SIFT_STATUS_URL ": components may be missing");
  } else if (top.included.data == NULL) {
    sift_status_warn(json->reading, json->reading->text.data, "", "lists no components", "fetch " SIFT_STATUS_URL);
  }
  return SIFT_OK;
}

static bool prepare(struct page_json *json) {
  const struct sift_field_path *list[WANTED];
  for (int i = 0; i < WANTED; i++) {
    for (int j = 0; j < 2 && WANTED_PARTS[i][j] != NULL; j++) {
      json->paths[i].parts[j].len = strlen(WANTED_PARTS[i][j]);
      memcpy(json->paths[i].parts[j].name, WANTED_PARTS[i][j], json->paths[i].parts[j].len);
      json->paths[i].count++;
    }
    list[i] = &json->paths[i];
  }
  sift_json_paths_init(&json->wanted, list, WANTED);
  json->reader = sift_json_reader_new();
  json->decoded = malloc(json->reading->text.len + SIFT_PADDING);
  return json->reader != NULL && json->decoded != NULL;
}

enum sift_status sift_status_take(struct sift_status_reading *reading) {
  struct page_json json = {.reading = reading};
  enum sift_status status = prepare(&json) ? take_page(&json) : SIFT_ENOMEM;
  sift_json_reader_free(json.reader);
  free(json.decoded);
  return status;
}
