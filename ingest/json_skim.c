#include "ingest/json_skim.h"

#include <stdint.h>

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct sift_json_skim *skim) {
  while (skim->at < skim->end && is_blank(*skim->at)) {
    skim->at++;
  }
}

static bool fail(struct sift_json_skim *skim) {
  skim->broken = true;
  skim->at = skim->end;
  return false;
}

/* Takes `c` if it is next. */
static bool take(struct sift_json_skim *skim, char c) {
  skip_blanks(skim);
  if (skim->at == skim->end || *skim->at != c) {
    return false;
  }
  skim->at++;
  return true;
}

/* From the opening quote behind the closing one. False where the text ends before that. */
static bool pass_string(struct sift_json_skim *skim) {
  for (skim->at++; skim->at < skim->end; skim->at++) {
    if (*skim->at == '"') {
      skim->at++;
      return true;
    }
    if (*skim->at == '\\' && skim->at + 1 < skim->end) {
      skim->at++;
    }
  }
  return false;
}

static bool pass_container(struct sift_json_skim *skim) {
  uint64_t depth = 0;
  while (skim->at < skim->end) {
    char c = *skim->at;
    if (c == '"') {
      if (!pass_string(skim)) {
        return false;
      }
      continue;
    }
    skim->at++;
    if (c == '{' || c == '[') {
      depth++;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return true;
    }
  }
  return false;
}

static bool pass_word(struct sift_json_skim *skim) {
  while (skim->at < skim->end && !is_blank(*skim->at) && *skim->at != ',' && *skim->at != '}' && *skim->at != ']') {
    skim->at++;
  }
  return skim->at < skim->end;
}

static bool pass_value(struct sift_json_skim *skim) {
  switch (*skim->at) {
  case '"':
    return pass_string(skim);
  case '{':
  case '[':
    return pass_container(skim);
  default:
    return pass_word(skim);
  }
}

void sift_json_skim_begin(struct sift_json_skim *skim, struct sift_span text) {
  *skim = (struct sift_json_skim){.at = text.data, .end = text.len > 0 ? text.data + text.len : text.data};
  if (take(skim, '{')) {
    skim->object = true;
  } else if (!take(skim, '[')) {
    fail(skim);
    return;
  }
  if (take(skim, skim->object ? '}' : ']')) {
    skim->end = skim->at;
  } else if (skim->at == skim->end) {
    fail(skim);
  }
}

static bool take_key(struct sift_json_skim *skim, struct sift_span *key) {
  skip_blanks(skim);
  const char *first = skim->at;
  if (first == skim->end || *first != '"' || !pass_string(skim)) {
    return false;
  }
  *key = sift_span(first + 1, (size_t)(skim->at - first) - 2);
  return take(skim, ':');
}

bool sift_json_skim_next(struct sift_json_skim *skim, struct sift_span *key, struct sift_span *value) {
  *key = sift_span("", 0);
  if (skim->at == skim->end) {
    return false;
  }
  if (skim->object && !take_key(skim, key)) {
    return fail(skim);
  }
  skip_blanks(skim);
  const char *first = skim->at;
  if (first == skim->end) {
    return fail(skim);
  }
  bool whole = pass_value(skim);
  *value = sift_span(first, (size_t)(skim->at - first));
  if (!whole || value->len == 0) {
    fail(skim);
    return value->len > 0;
  }
  if (take(skim, skim->object ? '}' : ']')) {
    skim->end = skim->at;
  } else if (!take(skim, ',') || skim->at == skim->end) {
    fail(skim); /* told at the end: this value is whole */
  }
  return true;
}
