#include "engine/event.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/pack.h"

enum { SOURCE_BYTES_MAX = 4096 /* PATH_MAX */ };

/* The pairs of an event that are the same for all hits of a rule, packed; then the key of what follows. */
struct rule_part {
  struct sift_span pairs;
  const struct sift_span *names; /* of fields, packed */
  uint32_t name_count;
};

struct sift_event_encoder {
  struct sift_arena arena;
  const struct sift_ruleset *ruleset;
  struct rule_part *parts; /* by rule */
  struct sift_pack block;
};

/* Pairs of every event: v, rule, class, severity, severity_number, time, space, channel, source, offset, text. */
enum { PAIRS_ALWAYS = 11 };

static char *put_key(char *at, const char *key) {
  return sift_put_str(at, sift_span_of(key));
}

/* --- what is constant for a rule --------------------------------------------------------------------------------------- */

static struct sift_span keep(struct sift_arena *arena, const char *bytes, const char *end) {
  struct sift_span whole = sift_span(bytes, (size_t)(end - bytes));
  return sift_span(sift_arena_copy(arena, whole), whole.len);
}

static bool pack_names(struct sift_event_encoder *encoder, struct rule_part *part, const struct sift_rule *rule) {
  struct sift_span *names = sift_arena_alloc(&encoder->arena, (rule->captures.count + 1) * sizeof *names);
  if (names == NULL) {
    return false;
  }
  for (size_t i = 0; i < rule->captures.count; i++) {
    char *at = sift_pack_reserve(&encoder->block, rule->captures.items[i].len + SIFT_PACK_MAX);
    if (at == NULL) {
      return false;
    }
    names[i] = keep(&encoder->arena, at, sift_put_text(at, rule->captures.items[i]));
    if (names[i].data == NULL) {
      return false;
    }
  }
  part->names = names;
  part->name_count = (uint32_t)rule->captures.count;
  return true;
}

static bool pack_rule(struct sift_event_encoder *encoder, struct rule_part *part, const struct sift_rule *rule) {
  struct sift_span id = sift_span_of(rule->id);
  struct sift_span class_id = sift_span_of(encoder->ruleset->classes[rule->class_index].id);
  char *begin = sift_pack_reserve(&encoder->block, id.len + class_id.len + 256);
  if (begin == NULL) {
    return false;
  }
  char *at = sift_put_unsigned(put_key(begin, "v"), SIFT_EVENT_VERSION);
  at = sift_put_text(put_key(at, "rule"), id);
  at = sift_put_text(put_key(at, "class"), class_id);
  at = put_key(put_key(at, "severity"), sift_severity_name(rule->severity));
  at = sift_put_unsigned(put_key(at, "severity_number"), sift_severity_number(rule->severity));
  part->pairs = keep(&encoder->arena, begin, put_key(at, "time"));
  return part->pairs.data != NULL && pack_names(encoder, part, rule);
}

enum sift_status sift_event_encoder_new(struct sift_event_encoder **out, const struct sift_ruleset *ruleset) {
  *out = NULL;
  struct sift_event_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) {
    return SIFT_ENOMEM;
  }
  sift_arena_init(&encoder->arena);
  encoder->ruleset = ruleset;
  encoder->parts = calloc(ruleset->rule_count + 1, sizeof *encoder->parts);
  bool fine = encoder->parts != NULL;
  for (size_t i = 0; fine && i < ruleset->rule_count; i++) {
    fine = pack_rule(encoder, &encoder->parts[i], &ruleset->rules[i]);
  }
  if (!fine) {
    sift_event_encoder_free(encoder);
    return SIFT_ENOMEM;
  }
  *out = encoder;
  return SIFT_OK;
}

void sift_event_encoder_free(struct sift_event_encoder *encoder) {
  if (encoder == NULL) {
    return;
  }
  sift_arena_release(&encoder->arena);
  sift_pack_release(&encoder->block);
  free(encoder->parts);
  free(encoder);
}

/* --- events ------------------------------------------------------------------------------------------------------------ */

static struct sift_span cut(struct sift_span text, size_t len_max) {
  return sift_span(text.data, sift_cut_utf8(text, len_max));
}

static char *put_fields(char *at, const struct rule_part *part, const struct sift_event *event) {
  at = sift_put_map(put_key(at, "fields"), part->name_count);
  for (uint32_t i = 0; i < part->name_count; i++) {
    struct sift_span value = i < event->field_count ? event->fields[i] : sift_span(NULL, 0);
    at = sift_put_text(sift_put_bytes(at, part->names[i]), cut(value, SIFT_FIELD_BYTES_MAX));
  }
  return at;
}

static size_t event_size_max(const struct rule_part *part, const struct sift_event *event, size_t text_len, size_t source_len) {
  size_t size = 256 + part->pairs.len + text_len + source_len + event->space.len + event->channel.len;
  for (uint32_t i = 0; i < part->name_count; i++) {
    size += part->names[i].len + SIFT_FIELD_BYTES_MAX + SIFT_PACK_MAX;
  }
  return size;
}

enum sift_status sift_event_encode(struct sift_event_encoder *encoder, const struct sift_event *event) {
  assert(event->rule < encoder->ruleset->rule_count);
  const struct rule_part *part = &encoder->parts[event->rule];
  struct sift_span text = cut(event->text, SIFT_EVENT_TEXT_MAX);
  struct sift_span source = cut(event->source, SOURCE_BYTES_MAX);
  char *at = sift_pack_reserve(&encoder->block, event_size_max(part, event, text.len, source.len));
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  bool is_cut = text.len < event->text.len;
  bool has_line = event->line > 0;
  bool has_fields = part->name_count > 0;
  at = sift_put_map(at, PAIRS_ALWAYS + (uint32_t)is_cut + (uint32_t)has_line + (uint32_t)has_fields);
  at = sift_put_bytes(at, part->pairs);
  at = event->time_ns == SIFT_TIME_NONE ? sift_put_nil(at) : sift_put_time(at, event->time_ns);
  at = sift_put_text(put_key(at, "space"), event->space);
  at = sift_put_text(put_key(at, "channel"), event->channel);
  at = sift_put_text(put_key(at, "source"), source);
  at = sift_put_unsigned(put_key(at, "offset"), event->offset);
  if (has_line) {
    at = sift_put_unsigned(put_key(at, "line"), event->line);
  }
  at = sift_put_text(put_key(at, "text"), text);
  if (is_cut) {
    at = sift_put_bool(put_key(at, "cut"), true);
  }
  sift_pack_commit(&encoder->block, has_fields ? put_fields(at, part, event) : at);
  return SIFT_OK;
}

/* --- the header -------------------------------------------------------------------------------------------------------- */

static char *put_pair(char *at, const char *key, const char *value) {
  return sift_put_text(put_key(at, key), sift_span_of(value));
}

enum sift_status sift_event_encode_header(struct sift_event_encoder *encoder, const char *program_version) {
  const struct sift_ruleset *ruleset = encoder->ruleset;
  size_t size = 256 + strlen(ruleset->name) + strlen(ruleset->version) + strlen(ruleset->hash_text) + strlen(program_version) +
                strlen(sift_engine_version()) + strlen(sift_engine_platform());
  char *at = sift_pack_reserve(&encoder->block, size);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = put_pair(sift_put_map(at, 6), "spacesift", "events");
  at = sift_put_unsigned(put_key(at, "v"), SIFT_EVENT_VERSION);
  at = sift_put_map(put_key(at, "ruleset"), 3);
  at = put_pair(at, "name", ruleset->name);
  at = put_pair(at, "version", ruleset->version);
  at = put_pair(at, "hash", ruleset->hash_text);
  at = put_pair(at, "program", program_version);
  at = put_pair(at, "engine", sift_engine_version());
  sift_pack_commit(&encoder->block, put_pair(at, "platform", sift_engine_platform()));
  return SIFT_OK;
}

struct sift_span sift_event_block(const struct sift_event_encoder *encoder) {
  return sift_span(encoder->block.bytes, encoder->block.len);
}

void sift_event_clear(struct sift_event_encoder *encoder) {
  encoder->block.len = 0;
}

enum sift_status sift_event_header(struct sift_pack *out, const struct sift_ruleset *ruleset) {
  struct sift_event_encoder *encoder = NULL;
  enum sift_status status = sift_event_encoder_new(&encoder, ruleset);
  status = status == SIFT_OK ? sift_event_encode_header(encoder, SIFT_VERSION) : status;
  if (status == SIFT_OK) {
    struct sift_span block = sift_event_block(encoder);
    char *at = sift_pack_reserve(out, block.len);
    status = at != NULL ? SIFT_OK : SIFT_ENOMEM;
    if (at != NULL) {
      sift_pack_commit(out, sift_put_bytes(at, block));
    }
  }
  sift_event_encoder_free(encoder);
  return status;
}
