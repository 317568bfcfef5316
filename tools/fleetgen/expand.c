#include "tools/fleetgen/expand.h"

#include <assert.h>

static void number_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t span = op->b - op->a;
  uint32_t value = span == UINT32_MAX ? (uint32_t)sift_rng_next(&voice->rng) : sift_rng_below(&voice->rng, span + 1);
  if (op->kind == SIFT_GEN_OP_SMALL) {
    value = sift_rng_below(&voice->rng, value + 1);
    value = sift_rng_below(&voice->rng, value + 1);
  }
  sift_gen_text_number(voice->text, op->a + value, op->kind == SIFT_GEN_OP_DECIMAL ? 0 : op->width);
  if (op->kind == SIFT_GEN_OP_DECIMAL) {
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    sift_gen_text_put(voice->text, ".", 1);
    sift_gen_text_number(voice->text, sift_rng_below(&voice->rng, powers[op->width]), op->width);
  }
}

static void digits_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  static const char hex[] = "0123456789abcdef";
  static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  char *room = sift_gen_text_room(voice->text, op->a);
  if (room == NULL) {
    return;
  }
  uint64_t bits = 0;
  for (uint32_t i = 0; i < op->a; i++) {
    if (op->kind == SIFT_GEN_OP_BASE62) {
      room[i] = base62[sift_rng_below(&voice->rng, 62)];
      continue;
    }
    bits = i % 16 == 0 ? sift_rng_next(&voice->rng) : bits >> 4;
    room[i] = hex[bits & 15];
  }
  voice->text->len += op->a;
}

/* Of two draws the lower: some endpoints, users, files are busier than others. */
static uint32_t skewed_below(struct sift_rng *rng, uint32_t n) {
  uint32_t one = sift_rng_below(rng, n);
  uint32_t two = sift_rng_below(rng, n);
  return one < two ? one : two;
}

/* A text that may be told again from memory, if nothing in it is unlike each time but the times. */
struct taking {
  size_t begin;
  unsigned written;
  uint32_t unlike;
};

static struct taking take_begin(struct sift_gen_voice *voice) {
  voice->taking++;
  return (struct taking){voice->text->len, voice->written_count, voice->unlike};
}

/* Copies what was said into the memo, its times left out. */
static void take_down(struct sift_gen_voice *voice, const struct taking *taking, const struct sift_gen_memo_key *key,
                      struct sift_gen_memo_entry *entry) {
  size_t at = taking->begin;
  size_t len = 0;
  entry->hole_count = (uint8_t)(voice->written_count - taking->written);
  for (unsigned i = 0; i < entry->hole_count; i++) {
    const struct sift_gen_written *time = &voice->written[taking->written + i];
    memcpy(entry->text + len, voice->text->bytes + at, time->at - at);
    len += time->at - at;
    entry->holes[i] = (struct sift_gen_memo_hole){(uint16_t)len, time->form};
    at = time->at + time->len;
  }
  memcpy(entry->text + len, voice->text->bytes + at, voice->text->len - at);
  entry->len = (uint16_t)(len + voice->text->len - at);
  entry->key = *key;
  entry->filled = true;
}

static void take_end(struct sift_gen_voice *voice, const struct taking *taking, const struct sift_gen_memo_key *key,
                     struct sift_gen_memo_entry *entry) {
  bool alike = voice->unlike == taking->unlike && !voice->text->failed;
  if (alike && voice->written_count - taking->written <= SIFT_GEN_MEMO_HOLES_MAX &&
      voice->text->len - taking->begin <= SIFT_GEN_MEMO_TEXT_MAX) {
    take_down(voice, taking, key, entry);
  }
  if (--voice->taking == 0) {
    voice->written_count = 0;
  }
}

static void time_speak(struct sift_gen_voice *voice, enum sift_gen_time_form form) {
  size_t begin = voice->text->len;
  sift_gen_time_put(voice->text, &voice->day, voice->now_ns, form);
  if (voice->taking == 0) {
    return;
  }
  if (voice->written_count == SIFT_GEN_WRITTEN_MAX) {
    voice->unlike++;
    return;
  }
  voice->written[voice->written_count++] =
      (struct sift_gen_written){(uint32_t)begin, (uint32_t)(voice->text->len - begin), (uint16_t)form};
}

static void retell(struct sift_gen_voice *voice, const struct sift_gen_memo_entry *entry) {
  size_t at = 0;
  for (unsigned i = 0; i < entry->hole_count; i++) {
    sift_gen_text_put(voice->text, entry->text + at, entry->holes[i].at - at);
    time_speak(voice, (enum sift_gen_time_form)entry->holes[i].form);
    at = entry->holes[i].at;
  }
  sift_gen_text_put(voice->text, entry->text + at, entry->len - at);
}

/* The same text each time: a sequence of its own, seeded by whose it is, the rule and the variant. */
static void seeded_speak_anew(struct sift_gen_voice *voice, uint64_t seed, uint32_t rule, uint32_t variant) {
  struct sift_rng outer = voice->rng;
  sift_rng_init(&voice->rng, sift_rng_mix(seed, ((uint64_t)rule << 32) | variant));
  sift_gen_speak(voice, rule);
  voice->rng = outer;
}

static void seeded_speak(struct sift_gen_voice *voice, uint64_t seed, uint32_t rule, uint32_t variant) {
  if (voice->memo == NULL) {
    seeded_speak_anew(voice, seed, rule, variant);
    return;
  }
  const struct sift_gen_memo_key key = {voice->space_seed, seed, rule, variant};
  bool known;
  const struct sift_gen_memo_entry *entry = sift_gen_memo_find(voice->memo, &key, &known);
  if (known) {
    retell(voice, entry);
    return;
  }
  struct taking taking = take_begin(voice);
  seeded_speak_anew(voice, seed, rule, variant);
  take_end(voice, &taking, &key, sift_gen_memo_find(voice->memo, &key, &known));
}

static void fixed_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t variant = op->b > 0 ? skewed_below(&voice->rng, op->b) : op->a;
  if (op->kind == SIFT_GEN_OP_SPACE) {
    seeded_speak(voice, voice->space_seed, op->rule, variant);
  } else if (op->kind == SIFT_GEN_OP_SCENE) {
    voice->unlike += voice->taking > 0; /* what holds it may be told again in another scene */
    seeded_speak(voice, voice->scene_seed, op->rule, variant);
  } else {
    seeded_speak_anew(voice, voice->local_seed, op->rule, variant); /* seldom the same again */
  }
}

static void repeat_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t times = op->a + sift_rng_below(&voice->rng, op->b - op->a + 1);
  for (uint32_t i = 0; i < times; i++) {
    if (i > 0 && op->kind == SIFT_GEN_OP_LINES) {
      sift_gen_speak_end(voice);
    } else if (i > 0) {
      sift_gen_text_put(voice->text, ", ", 2);
    }
    sift_gen_speak(voice, op->rule);
  }
}

/* Bytes that no UTF-8 text holds. */
static void bad_speak(struct sift_gen_voice *voice) {
  static const char bad[] = {(char)0xff, (char)0xfe, (char)0xc0, (char)0xf8};
  sift_gen_text_put(voice->text, &bad[sift_rng_below(&voice->rng, sizeof(bad))], 1);
  voice->text->line_broken = true;
  voice->unlike++;
}

static void span_speak(struct sift_gen_voice *voice, struct sift_span span) {
  sift_gen_text_put(voice->text, span.data, span.len);
}

/* Owners and names are told apart by the Space's seed in a memo's key, but not for certain. */
static void name_speak(struct sift_gen_voice *voice, struct sift_span name) {
  voice->unlike++;
  span_speak(voice, name);
}

static void op_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  switch ((enum sift_gen_op_kind)op->kind) {
  case SIFT_GEN_OP_TEXT:
    sift_gen_text_put(voice->text, op->text, op->a);
    break;
  case SIFT_GEN_OP_NEWLINE:
    sift_gen_speak_end(voice);
    break;
  case SIFT_GEN_OP_RULE:
    sift_gen_speak(voice, op->rule);
    break;
  case SIFT_GEN_OP_SPACE:
  case SIFT_GEN_OP_SCENE:
  case SIFT_GEN_OP_LOCAL:
    fixed_speak(voice, op);
    break;
  case SIFT_GEN_OP_FORM:
    sift_gen_speak_form(voice, op->rule, op->b > 0 ? op->b : 1);
    break;
  case SIFT_GEN_OP_NUMBER:
  case SIFT_GEN_OP_SMALL:
  case SIFT_GEN_OP_DECIMAL:
    number_speak(voice, op);
    break;
  case SIFT_GEN_OP_HEX:
  case SIFT_GEN_OP_BASE62:
    digits_speak(voice, op);
    break;
  case SIFT_GEN_OP_LINES:
  case SIFT_GEN_OP_LIST:
    repeat_speak(voice, op);
    break;
  case SIFT_GEN_OP_MAYBE:
    if (sift_rng_below(&voice->rng, 100) < op->a) {
      sift_gen_speak(voice, op->rule);
    }
    break;
  case SIFT_GEN_OP_WAIT:
    voice->unlike++;
    voice->now_ns += sift_rng_range(&voice->rng, op->a, op->b) * 1000000;
    break;
  case SIFT_GEN_OP_TIME:
    time_speak(voice, (enum sift_gen_time_form)op->a);
    break;
  case SIFT_GEN_OP_SELF:
    name_speak(voice, voice->owner);
    sift_gen_text_put(voice->text, "/", 1);
    name_speak(voice, voice->name);
    break;
  case SIFT_GEN_OP_OWNER:
    name_speak(voice, voice->owner);
    break;
  case SIFT_GEN_OP_NAME:
    name_speak(voice, voice->name);
    break;
  case SIFT_GEN_OP_BAD:
    bad_speak(voice);
    break;
  }
}

static void alternative_speak(struct sift_gen_voice *voice, const struct sift_gen_alternative *alternative) {
  const struct sift_gen_op *op = &voice->grammar->ops[alternative->first];
  uint64_t outer = voice->local_seed;
  if (alternative->local) {
    voice->local_seed = sift_rng_next(&voice->rng);
  }
  for (uint32_t i = 0; i < alternative->count; i++) {
    op_speak(voice, op + i);
  }
  voice->local_seed = outer;
}

void sift_gen_speak(struct sift_gen_voice *voice, uint32_t rule) {
  assert(rule < voice->grammar->rule_count);
  const struct sift_gen_rule *spoken = &voice->grammar->rules[rule];
  alternative_speak(voice, &voice->grammar->alternatives[spoken->first + sift_rng_below(&voice->rng, spoken->count)]);
}

void sift_gen_speak_form(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms) {
  assert(rule < voice->grammar->rule_count);
  const struct sift_gen_rule *spoken = &voice->grammar->rules[rule];
  uint64_t form = sift_rng_mix(voice->space_seed ^ rule, skewed_below(&voice->rng, forms));
  alternative_speak(voice, &voice->grammar->alternatives[spoken->first + form % spoken->count]);
}

static void habit_speak_anew(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms, uint32_t number) {
  struct sift_rng outer = voice->rng;
  sift_rng_init(&voice->rng, sift_rng_mix(voice->space_seed + rule, number));
  sift_gen_speak_form(voice, rule, forms);
  voice->rng = outer;
}

void sift_gen_speak_habit(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms, uint32_t habits) {
  uint32_t number = skewed_below(&voice->rng, habits);
  if (voice->memo == NULL) {
    habit_speak_anew(voice, rule, forms, number);
    return;
  }
  /* never the key of a seeded rule: their seeds are of other kinds, and variants are small */
  const struct sift_gen_memo_key key = {voice->space_seed, ~voice->space_seed, rule, number << 16 | (forms & 0xffff)};
  bool known;
  const struct sift_gen_memo_entry *entry = sift_gen_memo_find(voice->memo, &key, &known);
  if (known) {
    retell(voice, entry);
    return;
  }
  struct taking taking = take_begin(voice);
  habit_speak_anew(voice, rule, forms, number);
  take_end(voice, &taking, &key, sift_gen_memo_find(voice->memo, &key, &known));
}

void sift_gen_speak_scene(struct sift_gen_voice *voice, uint32_t rule) {
  seeded_speak(voice, voice->scene_seed, rule, 0);
}

void sift_gen_speak_end(struct sift_gen_voice *voice) {
  voice->unlike++;
  sift_gen_text_line(voice->text, voice->channel, voice->now_ns);
  voice->now_ns += (int64_t)sift_rng_below64(&voice->rng, (uint64_t)voice->pace_ns * 2 + 1);
}
