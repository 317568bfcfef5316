#include "ingest/fact_values.h"

#include <stdio.h>

#include "engine/stream.h"

enum { SECONDS_MAX = 10 * 365 * 86400, PORT_MAX = 65535 };

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static void trim(char *text, size_t *len) {
  size_t first = 0;
  while (first < *len && is_blank(text[first])) {
    first++;
  }
  while (*len > first && is_blank(text[*len - 1])) {
    (*len)--;
  }
  *len -= first;
  memmove(text, text + first, *len);
}

static void set(char *text, size_t *len, const char *value) {
  *len = strlen(value);
  memcpy(text, value, *len);
}

static void set_number(char *text, size_t *len, uint64_t number) {
  char digits[SIFT_FACT_VALUE_ROOM];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  set(text, len, digits);
}

bool sift_fact_value_any(enum sift_json_kind kind, char *text, size_t *len) {
  (void)text;
  (void)len;
  return kind == SIFT_JSON_STRING;
}

bool sift_fact_value_lower(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind != SIFT_JSON_STRING) {
    return false;
  }
  trim(text, len);
  for (size_t i = 0; i < *len; i++) {
    text[i] = lower(text[i]);
  }
  return true;
}

bool sift_fact_value_upper(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind != SIFT_JSON_STRING) {
    return false;
  }
  trim(text, len);
  for (size_t i = 0; i < *len; i++) {
    text[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
  }
  return true;
}

/* Digits from *at on, as a number up to `max`. False where none stands there, or a greater one. */
static bool take_number(const char *text, size_t len, size_t *at, uint64_t max, uint64_t *out) {
  size_t first = *at;
  *out = 0;
  for (; *at < len && is_digit(text[*at]); (*at)++) {
    *out = *out * 10 + (uint64_t)(text[*at] - '0');
    if (*out > max) {
      return false;
    }
  }
  return *at > first;
}

bool sift_fact_value_port(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind == SIFT_JSON_OTHER) {
    return false;
  }
  trim(text, len);
  size_t at = 0;
  uint64_t port = 0;
  if (!take_number(text, *len, &at, PORT_MAX, &port) || at != *len || port == 0) {
    return false;
  }
  set_number(text, len, port);
  return true;
}

/* The seconds of the unit at *at, or 0: s, sec, second, seconds, m, min, … */
static uint64_t take_unit(const char *text, size_t len, size_t *at) {
  static const struct {
    const char *names[6];
    uint64_t seconds;
  } units[] = {
      {{"s", "sec", "secs", "second", "seconds"}, 1}, {{"m", "min", "mins", "minute", "minutes"}, 60},
      {{"h", "hr", "hrs", "hour", "hours"}, 3600},    {{"d", "day", "days"}, 86400},
      {{"w", "week", "weeks"}, UINT64_C(7) * 86400},
  };
  char word[8];
  size_t word_len = 0;
  while (*at < len && lower(text[*at]) >= 'a' && lower(text[*at]) <= 'z' && word_len < sizeof word - 1) {
    word[word_len++] = lower(text[(*at)++]);
  }
  word[word_len] = '\0';
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    for (size_t j = 0; j < 6 && units[i].names[j] != NULL; j++) {
      if (strcmp(word, units[i].names[j]) == 0) {
        return units[i].seconds;
      }
    }
  }
  return 0;
}

static void skip_blanks(const char *text, size_t len, size_t *at) {
  while (*at < len && is_blank(text[*at])) {
    (*at)++;
  }
}

/* A fraction is of no use in a duration that people set, but programs write it: 1800.0. */
static void skip_fraction(const char *text, size_t len, size_t *at) {
  if (*at + 1 < len && text[*at] == '.' && is_digit(text[*at + 1])) {
    for ((*at)++; *at < len && is_digit(text[*at]); (*at)++) {}
  }
}

static bool plain_seconds(const char *text, size_t len, uint64_t *out) {
  size_t at = 0;
  if (!take_number(text, len, &at, SECONDS_MAX, out)) {
    return false;
  }
  skip_fraction(text, len, &at);
  return at == len;
}

static bool parts(const char *text, size_t len, uint64_t *out) {
  *out = 0;
  for (size_t at = 0; at < len; skip_blanks(text, len, &at)) {
    uint64_t number = 0;
    if (!take_number(text, len, &at, SECONDS_MAX, &number)) {
      return false;
    }
    skip_blanks(text, len, &at);
    uint64_t unit = take_unit(text, len, &at);
    *out += number * unit;
    if (unit == 0 || *out > SECONDS_MAX) {
      return false;
    }
  }
  return true;
}

bool sift_fact_value_duration(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind == SIFT_JSON_OTHER) {
    return false;
  }
  trim(text, len);
  uint64_t seconds = 0;
  bool good = plain_seconds(text, *len, &seconds) || (kind == SIFT_JSON_STRING && parts(text, *len, &seconds));
  if (!good || seconds == 0) {
    return false;
  }
  set_number(text, len, seconds);
  return true;
}

bool sift_fact_value_commit(enum sift_json_kind kind, char *text, size_t *len) {
  if (!sift_fact_value_lower(kind, text, len) || *len < 4 || *len > 64) {
    return false;
  }
  for (size_t i = 0; i < *len; i++) {
    if (!is_digit(text[i]) && !(text[i] >= 'a' && text[i] <= 'f')) {
      return false;
    }
  }
  return true;
}

static bool is_text(const char *text, size_t len, const char *word) {
  return sift_span_equal(sift_span(text, len), sift_span_of(word));
}

bool sift_fact_value_flag(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind == SIFT_JSON_STRING) {
    sift_fact_value_lower(kind, text, len);
  }
  bool yes = is_text(text, *len, "true") || is_text(text, *len, "1");
  bool no = is_text(text, *len, "false") || is_text(text, *len, "0");
  if (yes || no) {
    set(text, len, yes ? "true" : "false");
  }
  return yes || no;
}

bool sift_fact_value_abuse(enum sift_json_kind kind, char *text, size_t *len) {
  if (kind == SIFT_JSON_OTHER && *len == 1 && text[0] == '{') {
    set(text, len, "true");
    return true;
  }
  return sift_fact_value_flag(kind, text, len);
}

bool sift_fact_value_space(enum sift_json_kind kind, char *text, size_t *len) {
  static const char prefix[] = "spaces/";
  if (kind != SIFT_JSON_STRING) {
    return false;
  }
  trim(text, len);
  struct sift_span name = sift_span(text, *len);
  if (!sift_space_name_valid(name) && sift_span_starts(name, prefix)) {
    *len -= sizeof prefix - 1;
    memmove(text, text + sizeof prefix - 1, *len);
  }
  return sift_space_name_valid(sift_span(text, *len));
}
