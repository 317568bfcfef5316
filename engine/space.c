#include "engine/space.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#include "engine/pack.h"
#include "engine/ruleset.h"
#include "engine/unpack.h"

enum {
  EVIDENCE_START = 4,
  NEAR = 8,          /* evidence within the first few is found fast enough where it stands */
  SAMPLE_START = 64, /* bytes; then powers of two */
  SAMPLE_MAX = SIFT_SAMPLE_BYTES_MAX + 1 + SIFT_CAPTURES_MAX * (3 + SIFT_FIELD_BYTES_MAX),
};

int sift_instant_compare_places(const struct sift_instant *a, const struct sift_instant *b) {
  if (a->source != b->source) {
    int order = strcmp(a->source, b->source);
    if (order != 0) {
      return order;
    }
  }
  return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t sift_cut_utf8(struct sift_span text, size_t len) {
  if (len >= text.len) {
    return text.len;
  }
  size_t cut = len;
  while (cut > 0 && len - cut < 3 && is_continuation(text.data[cut])) {
    cut--;
  }
  return (unsigned char)text.data[cut] >= 0xC0 ? cut : len;
}

/* --- samples: the text, then a msgpack array of the captured values, so that a state holds it as it is ----------------- */

static struct sift_span cut(struct sift_span text, size_t len_max) {
  return sift_span(text.data, text.len > len_max ? sift_cut_utf8(text, len_max) : text.len);
}

/* Writes at most SAMPLE_MAX bytes; returns their number. */
static uint32_t pack_sample(char *bytes, const struct sift_observation *seen, struct sift_span text) {
  uint32_t field_count = seen->field_count < SIFT_CAPTURES_MAX ? seen->field_count : SIFT_CAPTURES_MAX;
  char *at = sift_put_array(sift_put_bytes(bytes, text), field_count);
  for (uint32_t i = 0; i < field_count; i++) {
    at = sift_put_text(at, cut(seen->fields[i], SIFT_FIELD_BYTES_MAX));
  }
  return (uint32_t)(at - bytes);
}

static uint32_t sample_size_max(const struct sift_observation *seen, struct sift_span text) {
  size_t size = text.len + 1;
  for (uint32_t i = 0; i < seen->field_count && i < SIFT_CAPTURES_MAX; i++) {
    size += 3 + (seen->fields[i].len < SIFT_FIELD_BYTES_MAX ? seen->fields[i].len : SIFT_FIELD_BYTES_MAX);
  }
  return (uint32_t)size;
}

/* Capacities are powers of two, so that what a growing sample leaves behind in the arena is less than what it holds. */
static bool reserve_sample(struct sift_sample *sample, struct sift_arena *arena, uint32_t size) {
  if (size <= sample->capacity) {
    return true;
  }
  uint32_t capacity = sample->capacity < SAMPLE_START ? SAMPLE_START : sample->capacity;
  while (capacity < size) {
    capacity *= 2;
  }
  char *bytes = sift_arena_alloc(arena, capacity);
  if (bytes == NULL) {
    return false;
  }
  sample->bytes = bytes;
  sample->capacity = capacity;
  return true;
}

static bool take_sample(struct sift_sample *sample, struct sift_arena *arena, const struct sift_observation *seen) {
  struct sift_span text = cut(seen->text, SIFT_SAMPLE_BYTES_MAX);
  if (!reserve_sample(sample, arena, sample_size_max(seen, text))) {
    return false;
  }
  sample->text_len = (uint32_t)text.len;
  sample->size = pack_sample(sample->bytes, seen, text);
  sample->line = seen->line;
  return true;
}

static bool copy_sample(struct sift_sample *into, struct sift_arena *arena, const struct sift_sample *from) {
  if (!reserve_sample(into, arena, from->size)) {
    return false;
  }
  memcpy(into->bytes, from->bytes, from->size);
  into->text_len = from->text_len;
  into->size = from->size;
  into->line = from->line;
  return true;
}

/* Of two samples of one instant the smaller text wins, then the smaller fields, then the known (larger) line: which of them
 * came first must not matter. < 0: `a` wins. */
static int compare_samples(const struct sift_sample *a, const struct sift_sample *b) {
  int order = sift_span_compare(sift_sample_text(a), sift_sample_text(b));
  if (order == 0) {
    order = sift_span_compare(sift_span(a->bytes, a->size), sift_span(b->bytes, b->size));
  }
  return order != 0 ? order : (a->line < b->line) - (a->line > b->line);
}

struct sift_span sift_sample_text(const struct sift_sample *sample) {
  return sift_span(sample->bytes, sample->text_len);
}

struct sift_span sift_sample_field(const struct sift_sample *sample, uint32_t index) {
  if (sample->size <= sample->text_len) {
    return sift_span(NULL, 0);
  }
  struct sift_cursor cursor = sift_cursor(sift_span(sample->bytes + sample->text_len, sample->size - sample->text_len));
  uint32_t count = sift_take_array(&cursor, SIFT_CAPTURES_MAX);
  if (index >= count) {
    return sift_span(NULL, 0);
  }
  struct sift_span field = sift_take_text(&cursor, SIFT_FIELD_BYTES_MAX);
  for (uint32_t i = 0; i < index; i++) {
    field = sift_take_text(&cursor, SIFT_FIELD_BYTES_MAX);
  }
  return field;
}

/* --- evidence ---------------------------------------------------------------------------------------------------------- */

static uint64_t evidence_key(uint32_t rule, bool demoted) {
  return (uint64_t)rule << 1 | demoted;
}

static uint64_t key_of(const struct sift_evidence *evidence) {
  return evidence_key(evidence->rule, evidence->demoted);
}

static bool reserve_evidence(struct sift_space *space, struct sift_arena *arena, uint32_t count) {
  if (count <= space->evidence_capacity) {
    return true;
  }
  uint32_t capacity = space->evidence_capacity < EVIDENCE_START ? EVIDENCE_START : space->evidence_capacity;
  while (capacity < count) {
    capacity *= 2;
  }
  struct sift_evidence *evidence = sift_arena_alloc(arena, capacity * sizeof *evidence);
  if (evidence == NULL) {
    return false;
  }
  if (space->evidence_count > 0) {
    memcpy(evidence, space->evidence, space->evidence_count * sizeof *evidence);
  }
  space->evidence = evidence;
  space->evidence_capacity = capacity;
  return true;
}

/* Most Spaces show a handful of rules. Where one shows many, what is seen often moves to the front. */
static struct sift_evidence *find_evidence(struct sift_space *space, uint64_t key) {
  struct sift_evidence *evidence = space->evidence;
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    if (key_of(&evidence[i]) != key) {
      continue;
    }
    if (i < NEAR) {
      return &evidence[i];
    }
    struct sift_evidence found = evidence[i];
    evidence[i] = evidence[i / 2];
    evidence[i / 2] = found;
    return &evidence[i / 2];
  }
  return NULL;
}

static void widen_space(struct sift_space *space, const struct sift_instant *first, const struct sift_instant *last) {
  if (space->evidence_count == 0 || sift_instant_compare(first, &space->first) < 0) {
    space->first = *first;
  }
  if (space->evidence_count == 0 || sift_instant_compare(last, &space->last) > 0) {
    space->last = *last;
  }
}

static bool observe_new(struct sift_space *space, struct sift_arena *arena, const struct sift_observation *seen) {
  if (!reserve_evidence(space, arena, space->evidence_count + 1)) {
    return false;
  }
  struct sift_evidence *evidence = &space->evidence[space->evidence_count];
  *evidence = (struct sift_evidence){
      .rule = seen->rule, .demoted = seen->demoted, .count = seen->count, .first = seen->first, .last = seen->last};
  if (!take_sample(&evidence->sample, arena, seen)) {
    return false;
  }
  space->evidence_count++;
  return true;
}

/* Two samples of one instant: seldom, as it takes the same line read twice. */
static bool observe_tie(struct sift_evidence *evidence, struct sift_arena *arena, const struct sift_observation *seen) {
  char bytes[SAMPLE_MAX];
  struct sift_span text = cut(seen->text, SIFT_SAMPLE_BYTES_MAX);
  struct sift_sample other = {.bytes = bytes, .text_len = (uint32_t)text.len, .line = seen->line};
  other.size = pack_sample(bytes, seen, text);
  return compare_samples(&evidence->sample, &other) <= 0 || copy_sample(&evidence->sample, arena, &other);
}

bool sift_space_observe(struct sift_space *space, struct sift_arena *arena, const struct sift_observation *seen) {
  assert(seen->count > 0 && sift_instant_compare(&seen->first, &seen->last) <= 0);
  widen_space(space, &seen->first, &seen->last);
  struct sift_evidence *evidence = find_evidence(space, evidence_key(seen->rule, seen->demoted));
  if (evidence == NULL) {
    return observe_new(space, arena, seen);
  }
  evidence->count += seen->count;
  if (sift_instant_compare(&seen->first, &evidence->first) < 0) {
    evidence->first = seen->first;
  }
  int order = sift_instant_compare(&seen->last, &evidence->last);
  if (order > 0) {
    evidence->last = seen->last;
    return take_sample(&evidence->sample, arena, seen);
  }
  return order < 0 || observe_tie(evidence, arena, seen);
}

/* --- merging ----------------------------------------------------------------------------------------------------------- */

/* What is taken over from another Space: copied into `arena`, or left where it is. */
struct adoption {
  struct sift_arena *arena;
  bool borrow;
  const char *source, *source_copy; /* the last one copied: instants of one Space mostly share their source */
};

static bool adopt_instant(struct adoption *adoption, struct sift_instant *into, const struct sift_instant *from) {
  const char *held = into->source;
  *into = *from;
  if (adoption->borrow || held == from->source) {
    return true;
  }
  if (held != NULL && strcmp(held, from->source) == 0) {
    into->source = held;
    return true;
  }
  if (from->source != adoption->source) {
    adoption->source = from->source;
    adoption->source_copy = sift_arena_copy(adoption->arena, sift_span_of(from->source));
  }
  into->source = adoption->source_copy;
  return into->source != NULL;
}

static bool adopt_sample(struct adoption *adoption, struct sift_sample *into, const struct sift_sample *from) {
  if (adoption->borrow) {
    *into = *from;
    into->capacity = 0; /* not ours to write to */
    return true;
  }
  return copy_sample(into, adoption->arena, from);
}

static bool merge_new(struct sift_space *into, struct adoption *adoption, const struct sift_evidence *from) {
  if (!reserve_evidence(into, adoption->arena, into->evidence_count + 1)) {
    return false;
  }
  struct sift_evidence *evidence = &into->evidence[into->evidence_count];
  *evidence = (struct sift_evidence){.rule = from->rule, .demoted = from->demoted, .count = from->count};
  if (!adopt_instant(adoption, &evidence->first, &from->first) || !adopt_instant(adoption, &evidence->last, &from->last) ||
      !adopt_sample(adoption, &evidence->sample, &from->sample)) {
    return false;
  }
  into->evidence_count++;
  return true;
}

static bool merge_evidence(struct sift_evidence *into, struct adoption *adoption, const struct sift_evidence *from) {
  into->count += from->count;
  if (sift_instant_compare(&from->first, &into->first) < 0 && !adopt_instant(adoption, &into->first, &from->first)) {
    return false;
  }
  int order = sift_instant_compare(&from->last, &into->last);
  if (order > 0 && !adopt_instant(adoption, &into->last, &from->last)) {
    return false;
  }
  bool takes = order > 0 || (order == 0 && compare_samples(&from->sample, &into->sample) < 0);
  return !takes || adopt_sample(adoption, &into->sample, &from->sample);
}

/* Among the first `count`, which are sorted. *next is where it stands where both Spaces show the same rules. */
static struct sift_evidence *search_evidence(const struct sift_space *space, uint32_t count, uint64_t key, uint32_t *next) {
  if (*next < count && key_of(&space->evidence[*next]) == key) {
    return &space->evidence[(*next)++];
  }
  uint32_t low = 0;
  uint32_t high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (key_of(&space->evidence[middle]) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  *next = low + 1;
  return low < count && key_of(&space->evidence[low]) == key ? &space->evidence[low] : NULL;
}

static bool widen_by_merge(struct sift_space *into, struct adoption *adoption, const struct sift_space *from) {
  bool none = into->evidence_count == 0;
  if ((none || sift_instant_compare(&from->first, &into->first) < 0) && !adopt_instant(adoption, &into->first, &from->first)) {
    return false;
  }
  return (!none && sift_instant_compare(&from->last, &into->last) <= 0) || adopt_instant(adoption, &into->last, &from->last);
}

/* Into a Space without any. */
static bool borrow_evidence(struct sift_space *into, struct sift_arena *arena, const struct sift_space *from) {
  if (!reserve_evidence(into, arena, from->evidence_count)) {
    return false;
  }
  memcpy(into->evidence, from->evidence, from->evidence_count * sizeof *into->evidence);
  for (uint32_t i = 0; i < from->evidence_count; i++) {
    into->evidence[i].sample.capacity = 0; /* not ours to write to */
  }
  into->evidence_count = from->evidence_count;
  sift_space_sort(into);
  return true;
}

static bool merge(struct sift_space *into, struct adoption *adoption, const struct sift_space *from) {
  assert(into != from);
  into->lines += from->lines;
  into->bytes += from->bytes;
  if (from->evidence_count == 0) {
    return true;
  }
  if (!widen_by_merge(into, adoption, from)) {
    return false;
  }
  if (adoption->borrow && into->evidence_count == 0) {
    return borrow_evidence(into, adoption->arena, from);
  }
  sift_space_sort(into);
  uint32_t sorted = into->evidence_count;
  uint32_t next = 0;
  for (uint32_t i = 0; i < from->evidence_count; i++) {
    struct sift_evidence *found = search_evidence(into, sorted, key_of(&from->evidence[i]), &next);
    bool merged =
        found != NULL ? merge_evidence(found, adoption, &from->evidence[i]) : merge_new(into, adoption, &from->evidence[i]);
    if (!merged) {
      return false;
    }
  }
  sift_space_sort(into);
  return true;
}

bool sift_space_merge(struct sift_space *into, struct sift_arena *arena, const struct sift_space *from) {
  struct adoption adoption = {.arena = arena};
  return merge(into, &adoption, from);
}

bool sift_space_merge_borrowed(struct sift_space *into, struct sift_arena *arena, const struct sift_space *from) {
  struct adoption adoption = {.arena = arena, .borrow = true};
  return merge(into, &adoption, from);
}

static int by_key(const void *a, const void *b) {
  uint64_t x = key_of(a);
  uint64_t y = key_of(b);
  return (x > y) - (x < y);
}

void sift_space_sort(struct sift_space *space) {
  for (uint32_t i = 1; i < space->evidence_count; i++) {
    if (key_of(&space->evidence[i - 1]) > key_of(&space->evidence[i])) {
      qsort(space->evidence, space->evidence_count, sizeof *space->evidence, by_key);
      return;
    }
  }
}

uint64_t sift_space_hash(struct sift_span name) {
  return XXH3_64bits(name.data, name.len);
}
