/* A layout is a list of parts that is matched against the end of a path, from left to right, each place as short as it can be. */
#include "ingest/layout.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 32, PATTERN_BYTES_MAX = 512, PATTERNS_MAX = 8, TAIL_BYTES_MAX = 4096 };

enum part_kind { PART_TEXT, PART_SLASH, PART_OWNER, PART_NAME, PART_SPACE, PART_CHANNEL, PART_ANY };

struct part {
  enum part_kind kind;
  struct sift_span text; /* of PART_TEXT; points into the pattern's own copy */
};

struct pattern {
  char text[PATTERN_BYTES_MAX + 1];
  struct part parts[PARTS_MAX];
  size_t count;
  size_t components; /* of a path that it can match */
};

struct sift_layout {
  bool usual; /* the built-in list: the channel must be a usual name, the Space a valid one */
  struct pattern patterns[PATTERNS_MAX];
  size_t count;
};

/* Tried in turn. The one with "__" goes before the one that would take the directory for the owner. */
static const char *const built_in[] = {
    "{owner}/{name}/{channel}.{*}",  "{owner}/{name}/{channel}-{*}", "{owner}/{name}/{channel}/{*}",   "{owner}/{name}/{channel}",
    "{owner}__{name}.{channel}.{*}", "{owner}/{name}.{channel}.{*}", "{owner}__{name}__{channel}.{*}",
};

static const char *const usual_channels[] = {"build", "run",    "container", "platform", "runtime",
                                             "app",   "stdout", "stderr",    "error",    "status"};

static const struct {
  const char *text;
  enum part_kind kind;
} places[] = {
    {"{owner}", PART_OWNER}, {"{name}", PART_NAME}, {"{space}", PART_SPACE}, {"{channel}", PART_CHANNEL}, {"{*}", PART_ANY}};

enum { PLACES = sizeof places / sizeof places[0] };

static bool is_place(enum part_kind kind) {
  return kind != PART_TEXT && kind != PART_SLASH;
}

/* Reads the next part; its length, or 0 for a brace that opens no place. */
static size_t read_part(struct part *part, const char *text) {
  if (*text == '/') {
    part->kind = PART_SLASH;
    return 1;
  }
  if (*text != '{' && *text != '}') {
    part->kind = PART_TEXT;
    part->text = sift_span(text, strcspn(text, "{}/"));
    return part->text.len;
  }
  for (size_t i = 0; i < PLACES; i++) {
    if (sift_span_starts(sift_span_of(text), places[i].text)) {
      part->kind = places[i].kind;
      return strlen(places[i].text);
    }
  }
  return 0;
}

static size_t count_kind(const struct pattern *pattern, enum part_kind kind) {
  size_t count = 0;
  for (size_t i = 0; i < pattern->count; i++) {
    count += pattern->parts[i].kind == kind;
  }
  return count;
}

/* NULL, or why the parts make no layout. */
static const char *check_parts(const struct pattern *pattern) {
  size_t owners = count_kind(pattern, PART_OWNER);
  size_t names = count_kind(pattern, PART_NAME);
  size_t spaces = count_kind(pattern, PART_SPACE);
  size_t channels = count_kind(pattern, PART_CHANNEL);
  if (owners > 1 || names > 1 || spaces > 1 || channels > 1) {
    return "names a place twice; only {*} may stand more than once";
  }
  if (spaces > 0 && owners + names > 0) {
    return "has {space} beside {owner} or {name}: {space} is both";
  }
  if (spaces + names + channels == 0) {
    return "names neither a Space nor a channel: use {owner}/{name}, {space} or {channel}";
  }
  if (owners > names) {
    return "has {owner} without {name}";
  }
  for (size_t i = 1; i < pattern->count; i++) {
    if (is_place(pattern->parts[i].kind) && is_place(pattern->parts[i - 1].kind)) {
      return "has two places side by side: put text such as '-' or '/' between them";
    }
  }
  return NULL;
}

static const char *read_pattern(struct pattern *pattern, const char *text) {
  size_t len = strlen(text);
  if (len == 0 || len > PATTERN_BYTES_MAX) {
    return "is empty or longer than 512 bytes";
  }
  if (text[0] == '/') {
    return "begins with '/': it describes the end of a path, so leave that out";
  }
  memcpy(pattern->text, text, len + 1);
  pattern->count = 0;
  for (const char *at = pattern->text; *at != '\0';) {
    if (pattern->count == PARTS_MAX) {
      return "has more than 32 parts";
    }
    size_t used = read_part(&pattern->parts[pattern->count], at);
    if (used == 0) {
      return "has a brace that opens no place: the places are {owner} {name} {space} {channel} {*}";
    }
    pattern->count++;
    at += used;
  }
  pattern->components = 1 + count_kind(pattern, PART_SLASH) + count_kind(pattern, PART_SPACE);
  return check_parts(pattern);
}

static enum sift_status add_pattern(struct sift_layout *layout, const char *text, char *error, size_t error_size) {
  const char *wrong = read_pattern(&layout->patterns[layout->count++], text);
  if (wrong == NULL) {
    return SIFT_OK;
  }
  snprintf(error, error_size, "the layout \"%.60s\" %s; type e.g. '{owner}/{name}/{channel}.{*}'", text, wrong);
  return SIFT_EINVAL;
}

enum sift_status sift_layout_new(struct sift_layout **out, const char *pattern, char *error, size_t error_size) {
  static_assert(sizeof built_in / sizeof built_in[0] <= PATTERNS_MAX, "the built-in list fits");
  *out = NULL;
  struct sift_layout *layout = calloc(1, sizeof *layout);
  if (layout == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = SIFT_OK;
  layout->usual = pattern == NULL;
  if (pattern != NULL) {
    status = add_pattern(layout, pattern, error, error_size);
  }
  for (size_t i = 0; layout->usual && i < sizeof built_in / sizeof built_in[0]; i++) {
    status = add_pattern(layout, built_in[i], error, error_size);
    assert(status == SIFT_OK);
  }
  if (status != SIFT_OK) {
    free(layout);
    return status;
  }
  *out = layout;
  return SIFT_OK;
}

void sift_layout_free(struct sift_layout *layout) {
  free(layout);
}

/* The last `components` of a path; empty where it has not so many. A run of slashes counts as one. */
static struct sift_span path_tail(const char *path, size_t components) {
  size_t len = strlen(path);
  size_t at = len;
  for (size_t left = components; left > 0; left--) {
    size_t end = at;
    while (at > 0 && path[at - 1] != '/') {
      at--;
    }
    if (at == end) {
      return sift_span(NULL, 0);
    }
    size_t begin = at;
    while (left > 1 && at > 0 && path[at - 1] == '/') {
      at--;
    }
    if (left > 1 && at == begin) {
      return sift_span(NULL, 0);
    }
  }
  return sift_span(path + at, len - at);
}

/* One match under way. `dead` notes where parts failed before, so that the work is at most parts × bytes. */
struct match {
  const struct pattern *pattern;
  struct sift_span text;
  bool usual;
  struct sift_span values[PART_ANY + 1];
  unsigned char dead[TAIL_BYTES_MAX + 1][PARTS_MAX / 8];
};

static bool usual_channel(struct sift_span channel) {
  for (size_t i = 0; i < sizeof usual_channels / sizeof usual_channels[0]; i++) {
    if (sift_span_equal(channel, sift_span_of(usual_channels[i]))) {
      return true;
    }
  }
  return false;
}

static bool match_parts(struct match *match, size_t part, size_t at);

/* A place takes at least one byte and no slash; {space} one slash within. */
static bool match_place(struct match *match, size_t part, size_t at) { /* NOLINT(misc-no-recursion): PARTS_MAX deep */
  enum part_kind kind = match->pattern->parts[part].kind;
  bool slash = false;
  for (size_t end = at + 1; end <= match->text.len; end++) {
    if (match->text.data[end - 1] == '/') {
      if (kind != PART_SPACE || slash) {
        return false;
      }
      slash = true;
    }
    struct sift_span value = sift_span(match->text.data + at, end - at);
    if (kind == PART_CHANNEL && match->usual && !usual_channel(value)) {
      continue;
    }
    match->values[kind] = value;
    if (match_parts(match, part + 1, end)) {
      match->values[kind] = value;
      return true;
    }
  }
  return false;
}

static bool match_one(struct match *match, size_t part, size_t at) { /* NOLINT(misc-no-recursion): PARTS_MAX deep */
  const struct part *wanted = &match->pattern->parts[part];
  struct sift_span rest = sift_span(match->text.data + at, match->text.len - at);
  if (is_place(wanted->kind)) {
    return match_place(match, part, at);
  }
  if (wanted->kind == PART_TEXT) {
    struct sift_span head = sift_span(rest.data, rest.len < wanted->text.len ? rest.len : wanted->text.len);
    return sift_span_equal(head, wanted->text) && match_parts(match, part + 1, at + wanted->text.len);
  }
  size_t slashes = 0;
  while (slashes < rest.len && rest.data[slashes] == '/') {
    slashes++;
  }
  return slashes > 0 && match_parts(match, part + 1, at + slashes);
}

static bool match_parts(struct match *match, size_t part, size_t at) { /* NOLINT(misc-no-recursion): PARTS_MAX deep */
  if (part == match->pattern->count) {
    return at == match->text.len;
  }
  unsigned char *dead = &match->dead[at][part / 8];
  unsigned char bit = (unsigned char)(1U << part % 8);
  if ((*dead & bit) != 0) {
    return false;
  }
  *dead |= bit;
  return match_one(match, part, at);
}

static bool copy(char *out, size_t size, struct sift_span value) {
  if (value.len >= size) {
    return false;
  }
  if (value.len > 0) {
    memcpy(out, value.data, value.len);
  }
  out[value.len] = '\0';
  return true;
}

/* The Space that the values name: false, and nothing written, where they make no valid name. */
static bool place_space(const struct match *match, char *out) {
  char name[SIFT_SPACE_NAME_MAX + 1];
  struct sift_span space = match->values[PART_SPACE];
  struct sift_span owner = match->values[PART_OWNER];
  struct sift_span short_name = match->values[PART_NAME];
  if (space.len == 0) {
    int len = snprintf(name, sizeof name, "%.*s%s%.*s", (int)owner.len, owner.len > 0 ? owner.data : "", owner.len > 0 ? "/" : "",
                       (int)short_name.len, short_name.len > 0 ? short_name.data : "");
    space = sift_span(name, len > 0 && len < (int)sizeof name ? (size_t)len : 0);
  }
  return sift_space_name_valid(space) && copy(out, SIFT_SPACE_NAME_MAX + 1, space);
}

static bool match_pattern(const struct sift_layout *layout, const struct pattern *pattern, const char *path,
                          struct sift_place *out) {
  struct match match;
  match.pattern = pattern;
  match.text = path_tail(path, pattern->components);
  match.usual = layout->usual;
  if (match.text.len == 0 || match.text.len > TAIL_BYTES_MAX) {
    return false;
  }
  memset(match.values, 0, sizeof match.values);
  memset(match.dead, 0, (match.text.len + 1) * sizeof match.dead[0]);
  if (!match_parts(&match, 0, 0)) {
    return false;
  }
  bool named = place_space(&match, out->space);
  if (layout->usual && !named) {
    return false;
  }
  (void)copy(out->channel, sizeof out->channel, match.values[PART_CHANNEL]);
  out->matched = match.text;
  return true;
}

void sift_layout_match(const struct sift_layout *layout, const char *path, struct sift_place *out) {
  *out = (struct sift_place){.space = ""};
  for (size_t i = 0; i < layout->count; i++) {
    if (match_pattern(layout, &layout->patterns[i], path, out)) {
      return;
    }
  }
}
