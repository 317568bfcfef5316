#include "ingest/serve/http_query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/space.h"
#include "engine/stamp.h"
#include "engine/state.h"

static bool refuse(struct sift_query_error *error, const char *what, const char *hint, const char *detail) {
  size_t len = 0;
  for (; detail != NULL && detail[len] != '\0' && len + 1 < sizeof error->detail; len++) {
    bool plain = detail[len] >= ' ' && detail[len] <= '~';
    error->detail[len] = (char)(plain ? detail[len] : '?');
  }
  error->detail[len] = '\0';
  error->error = what;
  error->hint = hint;
  return false;
}

/* --- decoding ---------------------------------------------------------------------------------------------------------- */

static int hex(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char low = (char)(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Decodes `raw` to *out and moves that behind the NUL. False for a bad escape or a NUL. */
static bool decode(char **out, struct sift_span raw, bool plus_is_blank) {
  char *at = *out;
  for (size_t i = 0; i < raw.len; i++) {
    char c = raw.data[i];
    if (c == '%') {
      int high = i + 2 < raw.len ? hex(raw.data[i + 1]) : -1;
      int low = i + 2 < raw.len ? hex(raw.data[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return false;
      }
      c = (char)(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') {
      return false;
    }
    *at++ = c;
  }
  *at++ = '\0';
  *out = at;
  return true;
}

/* The part before the next `divider`, which is taken off *rest with it. */
static struct sift_span next_part(struct sift_span *rest, char divider) {
  const char *end = rest->len > 0 ? memchr(rest->data, divider, rest->len) : NULL;
  struct sift_span part = sift_span(rest->data, end != NULL ? (size_t)(end - rest->data) : rest->len);
  size_t taken = part.len + (end != NULL);
  *rest = sift_span(taken > 0 ? rest->data + taken : rest->data, rest->len - taken);
  return part;
}

bool sift_http_path_parse(struct sift_http_path *path, struct sift_span raw) {
  char *at = path->text;
  path->count = 0;
  if (raw.len == 0 || raw.len > SIFT_QUERY_BYTES_MAX || raw.data[0] != '/') {
    return false;
  }
  struct sift_span rest = sift_span(raw.data + 1, raw.len - 1);
  bool ends = raw.len > 1 && raw.data[raw.len - 1] == '/';
  while (rest.len > 0) {
    struct sift_span part = next_part(&rest, '/');
    if (part.len == 0 || path->count == SIFT_PATH_SEGMENTS_MAX) {
      return false;
    }
    path->segments[path->count++] = at;
    if (!decode(&at, part, false)) {
      return false;
    }
  }
  return !ends;
}

bool sift_query_parse(struct sift_query *query, struct sift_span raw, struct sift_query_error *error) {
  char *at = query->text;
  query->count = 0;
  /* Each item adds a NUL of its own where it lacks a '=', so the raw bytes must leave room for one. */
  if (raw.len > SIFT_QUERY_BYTES_MAX - SIFT_QUERY_ITEMS_MAX) {
    return refuse(error, "the query is too long", "ask for less in one request", NULL);
  }
  for (struct sift_span rest = raw; rest.len > 0;) {
    struct sift_span value = next_part(&rest, '&');
    if (value.len == 0) {
      continue;
    }
    if (query->count == SIFT_QUERY_ITEMS_MAX) {
      return refuse(error, "the query has too many parameters", "ask for less in one request", NULL);
    }
    struct sift_span name = next_part(&value, '=');
    query->items[query->count].name = at;
    bool good = decode(&at, name, true);
    query->items[query->count].value = at;
    good = good && decode(&at, value, true);
    if (!good) {
      return refuse(error, "the query has an escape that is none, or a NUL", "write a '%' itself as %25", NULL);
    }
    query->count++;
  }
  return true;
}

/* --- parameters -------------------------------------------------------------------------------------------------------- */

static bool parse_limit(size_t *out, const char *value, struct sift_query_error *error) {
  size_t limit = 0;
  for (size_t i = 0; value[i] >= '0' && value[i] <= '9' && i < 5; i++) {
    limit = limit * 10 + (size_t)(value[i] - '0');
  }
  bool digits = value[0] != '\0' && value[strspn(value, "0123456789")] == '\0' && strlen(value) <= 5;
  if (!digits || limit < 1 || limit > SIFT_LIST_LIMIT_MAX) {
    return refuse(error, "limit takes a whole number from 1 to 1000", "leave it out for 100", value);
  }
  *out = limit;
  return true;
}

/* An age such as 15m in ns; -1 where it is none. */
static int64_t parse_age(const char *value) {
  static const struct {
    char unit;
    int64_t seconds;
  } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  size_t digits = strspn(value, "0123456789");
  if (digits == 0 || digits > 8 || value[digits] == '\0' || value[digits + 1] != '\0') {
    return -1;
  }
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (value[digits] == units[i].unit) {
      int64_t seconds = (int64_t)strtoul(value, NULL, 10) * units[i].seconds;
      return seconds <= INT64_MAX / 1000000000 ? seconds * 1000000000 : -1;
    }
  }
  return -1;
}

static bool parse_since(int64_t *out, const char *value, int64_t now_ns, struct sift_query_error *error) {
  int64_t age = parse_age(value);
  if (age >= 0) {
    *out = now_ns > age ? now_ns - age : 0;
    return true;
  }
  *out = sift_stamp_parse(sift_span_of(value));
  return *out != SIFT_TIME_NONE ||
         refuse(error, "since takes a time or an age", "write it as 2026-01-31T10:00:00Z, or as 90s, 15m, 24h or 7d", value);
}

static bool is_name(const char *value) {
  struct sift_span name = sift_span_of(value);
  return strcmp(value, "-") == 0 || strcmp(value, SIFT_OVERFLOW_NAME) == 0 ||
         (name.len <= SIFT_SPACE_NAME_MAX && sift_space_name_valid(name));
}

static bool parse_class(int *out, const char *value, const struct sift_ruleset *ruleset, struct sift_query_error *error) {
  *out = sift_ruleset_find_class(ruleset, sift_span_of(value));
  return *out >= 0 ||
         refuse(error, "the rule set has no such class", "/api/v1/summary and 'spacesift rules list' name the classes", value);
}

static bool repeated(const struct sift_query *query, size_t index) {
  for (size_t i = 0; i < index; i++) {
    if (strcmp(query->items[i].name, query->items[index].name) == 0) {
      return true;
    }
  }
  return false;
}

bool sift_list_params_parse(struct sift_list_params *out, const struct sift_query *query, const struct sift_ruleset *ruleset,
                            int64_t now_ns, struct sift_query_error *error) {
  *out = (struct sift_list_params){.class_index = -1, .since_ns = SIFT_TIME_NONE, .limit = SIFT_LIST_LIMIT};
  for (size_t i = 0; i < query->count; i++) {
    const char *name = query->items[i].name;
    const char *value = query->items[i].value;
    bool good = true;
    if (repeated(query, i)) {
      return refuse(error, "a parameter is given twice", "give each once", name);
    }
    if (strcmp(name, "verdict") == 0) {
      out->verdict = value[0] != '\0' ? value : NULL;
    } else if (strcmp(name, "class") == 0) {
      good = value[0] == '\0' || parse_class(&out->class_index, value, ruleset, error);
    } else if (strcmp(name, "since") == 0) {
      good = value[0] == '\0' || parse_since(&out->since_ns, value, now_ns, error);
    } else if (strcmp(name, "limit") == 0) {
      good = value[0] == '\0' || parse_limit(&out->limit, value, error);
    } else if (strcmp(name, "cursor") == 0) {
      out->cursor = value[0] != '\0' ? value : NULL;
      good = out->cursor == NULL || is_name(value) ||
             refuse(error, "the cursor is none", "give what the answer before named as next", value);
    } else {
      good = refuse(error, "no such parameter", "known are verdict, class, since, limit and cursor", name);
    }
    if (!good) {
      return false;
    }
  }
  return true;
}

static bool choose(struct sift_choice *choice, const char *value, bool known, const char *error_text,
                   struct sift_query_error *error) {
  if (!known) {
    return refuse(error, error_text, "'spacesift rules list' names rules and classes", value);
  }
  if (choice->count == SIFT_CHOICES_MAX) {
    return refuse(error, "a parameter is given too often", "ask for at most 8 values of each, or for all", value);
  }
  choice->values[choice->count++] = value;
  return true;
}

bool sift_event_params_parse(struct sift_event_params *out, const struct sift_query *query, const struct sift_ruleset *ruleset,
                             struct sift_query_error *error) {
  *out = (struct sift_event_params){.severity = SIFT_INFO};
  for (size_t i = 0; i < query->count; i++) {
    const char *name = query->items[i].name;
    const char *value = query->items[i].value;
    struct sift_span text = sift_span_of(value);
    bool good = true;
    if (strcmp(name, "space") == 0) {
      good = choose(&out->spaces, value, is_name(value), "this is no name of a Space", error);
    } else if (strcmp(name, "class") == 0) {
      good = choose(&out->classes, value, sift_ruleset_find_class(ruleset, text) >= 0, "the rule set has no such class", error);
    } else if (strcmp(name, "rule") == 0) {
      good = choose(&out->rules, value, sift_ruleset_find_rule(ruleset, text) >= 0, "the rule set has no such rule", error);
    } else if (strcmp(name, "severity") == 0) {
      good = sift_severity_parse(text, &out->severity) ||
             refuse(error, "severity takes info, warning, error or fatal", "events of this or a worse one are sent", value);
    } else {
      good = refuse(error, "no such parameter", "known are space, class, rule and severity", name);
    }
    if (!good) {
      return false;
    }
  }
  return true;
}

/* --- Accept ------------------------------------------------------------------------------------------------------------ */

static struct sift_span trim(struct sift_span text) {
  while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
    text = sift_span(text.data + 1, text.len - 1);
  }
  while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t')) {
    text.len--;
  }
  return text;
}

static bool is_word(struct sift_span text, const char *word) {
  return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* q=0, q=0.0, …: not wanted. */
static bool is_refused(struct sift_span parameters) {
  while (parameters.len > 0) {
    struct sift_span parameter = trim(next_part(&parameters, ';'));
    if (parameter.len >= 3 && (parameter.data[0] | 0x20) == 'q' && parameter.data[1] == '=') {
      struct sift_span weight = sift_span(parameter.data + 2, parameter.len - 2);
      bool zero = weight.len > 0 && weight.data[0] == '0';
      for (size_t i = 1; i < weight.len; i++) {
        zero = zero && (weight.data[i] == '0' || weight.data[i] == '.');
      }
      return zero;
    }
  }
  return false;
}

enum fit { NO_FIT, ANY_FIT, TYPE_FIT, EXACT_FIT };

static enum fit fits(struct sift_span range, const char *type, const char *subtype) {
  struct sift_span sub = range;
  struct sift_span main = next_part(&sub, '/');
  bool any = is_word(sub, "*");
  if (is_word(main, type)) {
    return is_word(sub, subtype) ? EXACT_FIT : any ? TYPE_FIT : NO_FIT;
  }
  return any && is_word(main, "*") ? ANY_FIT : NO_FIT;
}

/* The closest range that names the type decides, as RFC 9110, 12.5.1 has it. */
static enum fit best_fit(const char *accept, const char *type, const char *subtype) {
  enum fit best = NO_FIT;
  bool refused = false;
  for (struct sift_span rest = sift_span_of(accept); rest.len > 0;) {
    struct sift_span parameters = next_part(&rest, ',');
    struct sift_span range = trim(next_part(&parameters, ';'));
    enum fit fit = fits(range, type, subtype);
    if (fit > best) {
      best = fit;
      refused = is_refused(parameters);
    }
  }
  return refused ? NO_FIT : best;
}

bool sift_http_accepts(const char *accept, const char *type, const char *subtype) {
  return accept == NULL || accept[0] == '\0' || best_fit(accept, type, subtype) != NO_FIT;
}

bool sift_http_prefers(const char *accept, const char *type, const char *subtype) {
  return accept != NULL && best_fit(accept, type, subtype) == EXACT_FIT;
}
