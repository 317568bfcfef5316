#include "ingest/serve/origin.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/stamp.h"
#include "ingest/json_records.h"

struct sift_origin {
  struct sift_template templates[SIFT_ORIGIN_PARTS];
  struct sift_variables variables;
  struct sift_json_paths json; /* borrows from the variables */
};

static_assert((int)SIFT_VARIABLES_MAX <= (int)SIFT_JSON_PATHS_MAX, "a path for each variable");

static const char *const part_names[SIFT_ORIGIN_PARTS] = {"space", "channel", "time", "text"};

static enum sift_status read_part(struct sift_origin *origin, enum sift_protocol_kind kind, int part, const char *text, char *error,
                                  size_t error_size) {
  if (text == NULL) {
    text = sift_origin_default(kind, (enum sift_origin_part)part);
  }
  int named = snprintf(error, error_size, "%s: ", part_names[part]);
  size_t skip = named > 0 && (size_t)named < error_size ? (size_t)named : 0;
  return sift_template_init(&origin->templates[part], kind, text, &origin->variables, error + skip, error_size - skip);
}

static void prepare_json(struct sift_origin *origin) {
  static const struct sift_field_path none;
  const struct sift_field_path *paths[SIFT_VARIABLES_MAX];
  for (size_t i = 0; i < origin->variables.count; i++) {
    const struct sift_variable *variable = &origin->variables.list[i];
    paths[i] = variable->kind == SIFT_VARIABLE_FIELD ? &variable->path : &none;
  }
  sift_json_paths_init(&origin->json, paths, origin->variables.count);
}

enum sift_status sift_origin_new(struct sift_origin **out, enum sift_protocol_kind kind, const char *space, const char *channel,
                                 const char *time, const char *text, char *error, size_t error_size) {
  const char *const texts[SIFT_ORIGIN_PARTS] = {space, channel, time, text};
  struct sift_origin *origin = calloc(1, sizeof *origin);
  *out = NULL;
  if (origin == NULL) {
    return SIFT_ENOMEM;
  }
  for (int part = 0; part < SIFT_ORIGIN_PARTS; part++) {
    enum sift_status status = read_part(origin, kind, part, texts[part], error, error_size);
    if (status != SIFT_OK) {
      sift_origin_free(origin);
      return status;
    }
  }
  prepare_json(origin);
  if (error_size > 0) {
    error[0] = '\0';
  }
  *out = origin;
  return SIFT_OK;
}

void sift_origin_free(struct sift_origin *origin) {
  if (origin != NULL) {
    for (int part = 0; part < SIFT_ORIGIN_PARTS; part++) {
      sift_template_release(&origin->templates[part]);
    }
    free(origin);
  }
}

const struct sift_variable *sift_origin_variables(const struct sift_origin *origin, size_t *count) {
  *count = origin->variables.count;
  return origin->variables.list;
}

const struct sift_json_paths *sift_origin_json_paths(const struct sift_origin *origin) {
  return &origin->json;
}

/* The part of a tag with this number, absent where it has not so many. */
static struct sift_span tag_part(struct sift_span tag, unsigned part) {
  while (tag.len > 0) {
    const char *dot = memchr(tag.data, '.', tag.len);
    size_t len = dot != NULL ? (size_t)(dot - tag.data) : tag.len;
    if (part == 0) {
      return sift_span(tag.data, len);
    }
    part--;
    size_t used = dot != NULL ? len + 1 : len;
    tag = sift_span(tag.data + used, tag.len - used);
  }
  return sift_span(NULL, 0);
}

struct sift_span sift_variable_plain(const struct sift_variable *variable, struct sift_span peer, struct sift_span tag) {
  switch (variable->kind) {
  case SIFT_VARIABLE_PEER:
    return peer;
  case SIFT_VARIABLE_TAG:
    return tag;
  case SIFT_VARIABLE_TAG_PART:
    return tag_part(tag, variable->part);
  default:
    return sift_span(NULL, 0);
  }
}

void sift_origin_scratch_release(struct sift_origin_scratch *scratch) {
  sift_bytes_release(&scratch->bytes);
}

static void take_time(struct sift_span text, struct sift_origin_scratch *scratch, struct sift_live_record *out) {
  scratch->bad_time = false;
  if (text.len > 0) {
    int64_t time_ns = sift_stamp_parse(text);
    scratch->bad_time = time_ns == SIFT_TIME_NONE;
    out->time_ns = scratch->bad_time ? out->time_ns : time_ns;
  }
}

/* All parts, those that are put together in `scratch`. False when memory is out. */
static bool compose(const struct sift_origin *origin, const struct sift_span *values, struct sift_origin_scratch *scratch,
                    struct sift_span texts[SIFT_ORIGIN_PARTS]) {
  struct sift_template_choice choices[SIFT_ORIGIN_PARTS];
  size_t room = 0;
  for (int part = 0; part < SIFT_ORIGIN_PARTS; part++) {
    choices[part] = sift_template_choose(&origin->templates[part], values);
    room += choices[part].room;
  }
  if (room > 0 && !sift_bytes_reserve(&scratch->bytes, room)) {
    return false;
  }
  size_t at = 0;
  for (int part = 0; part < SIFT_ORIGIN_PARTS; part++) {
    texts[part] = choices[part].lent;
    if (choices[part].room > 0) {
      char *to = scratch->bytes.data + at;
      sift_template_write(&origin->templates[part], &choices[part], values, to);
      texts[part] = sift_span(to, choices[part].room);
      at += choices[part].room;
    }
  }
  return true;
}

enum sift_status sift_origin_resolve(const struct sift_origin *origin, const struct sift_span *values,
                                     struct sift_origin_scratch *scratch, struct sift_live_record *out) {
  struct sift_span texts[SIFT_ORIGIN_PARTS];
  bool lent = true;
  for (int part = 0; part < SIFT_ORIGIN_PARTS; part++) {
    const struct sift_template *form = &origin->templates[part];
    texts[part] = sift_span(NULL, 0);
    lent &= form->piece_count == 0 || sift_template_lend(form, values, &texts[part]);
  }
  if (!lent && !compose(origin, values, scratch, texts)) {
    return SIFT_ENOMEM;
  }
  out->space = texts[SIFT_ORIGIN_SPACE];
  out->channel = texts[SIFT_ORIGIN_CHANNEL];
  out->text = texts[SIFT_ORIGIN_TEXT];
  take_time(texts[SIFT_ORIGIN_TIME], scratch, out);
  return SIFT_OK;
}
