#include "engine/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#include "engine/arena.h"
#include "engine/space.h"

static const char *const NAMES[] = {
    [SIFT_FACT_STAGE] = "stage",
    [SIFT_FACT_ERROR_MESSAGE] = "error_message",
    [SIFT_FACT_SDK] = "sdk",
    [SIFT_FACT_APP_PORT] = "app_port",
    [SIFT_FACT_HARDWARE] = "hardware",
    [SIFT_FACT_HARDWARE_REQUESTED] = "hardware_requested",
    [SIFT_FACT_STARTUP_TIMEOUT] = "startup_timeout",
    [SIFT_FACT_COMMIT] = "commit",
    [SIFT_FACT_REPO_COMMIT] = "repo_commit",
    [SIFT_FACT_ABUSE] = "abuse",
    [SIFT_FACT_DISABLED] = "disabled",
};
static_assert(sizeof NAMES / sizeof NAMES[0] == SIFT_FACTS, "every fact has a name");

const char *sift_fact_name(enum sift_fact fact) {
  assert(fact < SIFT_FACTS);
  return NAMES[fact];
}

bool sift_fact_parse(struct sift_span name, enum sift_fact *out) {
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    if (sift_span_equal(name, sift_span_of(NAMES[i]))) {
      *out = (enum sift_fact)i;
      return true;
    }
  }
  return false;
}

/* A fleet has few stages, flavours and ports: such texts are held once, and a sheet names them by number. What more there is
 * than that stands in the sheet itself, so that odd input costs no more than its own length. */
enum { COMMON_MAX = 4096, COMMON_BYTES_MAX = 256, COMMON_SLOTS = 4 * COMMON_MAX };

/* What stands for a value: the number of a common text, INLINE and its length, or SAME: the value of the fact before. */
enum { INLINE = 0x8000, SAME = 0xffff };
static_assert((int)COMMON_MAX <= (int)INLINE && ((int)INLINE | SIFT_FACT_MESSAGE_BYTES_MAX) < (int)SAME,
              "the three are told apart");

/* One sheet. In `bytes`: the name, a code for each known fact, the texts that stand inline. */
struct record {
  int64_t time_ns;
  uint32_t capacity; /* of bytes */
  uint16_t name_len;
  uint16_t known; /* bit i: fact i */
  char bytes[];
};
static_assert(SIFT_FACTS <= 16, "a bit for each");

/* The most that a sheet takes. */
enum { RECORD_BYTES_MAX = SIFT_FACT_BYTES_MAX * SIFT_FACTS + SIFT_FACT_MESSAGE_BYTES_MAX + 2 * SIFT_FACTS };

struct sift_facts {
  struct sift_arena arena;
  struct record **records;
  size_t count, capacity;
  uint32_t *slots; /* open addressing by the hash of the name: index + 1, or 0 */
  size_t slot_count;
  bool sealed;
  struct sift_span common[COMMON_MAX];
  uint16_t common_count;
  uint16_t common_slots[COMMON_SLOTS]; /* index + 1, or 0 */
};

enum sift_status sift_facts_new(struct sift_facts **out) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  sift_arena_init(&(*out)->arena);
  return SIFT_OK;
}

void sift_facts_free(struct sift_facts *facts) {
  if (facts != NULL) {
    sift_arena_release(&facts->arena);
    free(facts->records);
    free(facts->slots);
    free(facts);
  }
}

static struct sift_span name_of(const struct record *record) {
  return sift_span(record->bytes, record->name_len);
}

/* --- texts ------------------------------------------------------------------------------------------------------------- */

static size_t len_max(enum sift_fact fact) {
  return fact == SIFT_FACT_ERROR_MESSAGE ? SIFT_FACT_MESSAGE_BYTES_MAX : SIFT_FACT_BYTES_MAX;
}

static struct sift_span cut(struct sift_span text, size_t len_max) {
  return sift_span(text.data, text.len > len_max ? sift_cut_utf8(text, len_max) : text.len);
}

/* The slot of `text`, or the free one where it belongs: there always is one, as the table is never more than a quarter full. */
static uint16_t *common_slot(struct sift_facts *facts, struct sift_span text) {
  size_t at = XXH3_64bits(text.data, text.len) % COMMON_SLOTS;
  while (facts->common_slots[at] != 0 && !sift_span_equal(facts->common[facts->common_slots[at] - 1], text)) {
    at = (at + 1) % COMMON_SLOTS;
  }
  return &facts->common_slots[at];
}

static uint16_t inline_code(struct sift_span text) {
  return (uint16_t)(INLINE | text.len);
}

static uint16_t common_code(struct sift_facts *facts, struct sift_span text) {
  if (text.len > COMMON_BYTES_MAX) {
    return inline_code(text);
  }
  uint16_t *slot = common_slot(facts, text);
  if (*slot != 0) {
    return (uint16_t)(*slot - 1);
  }
  char *copy = facts->common_count < COMMON_MAX ? sift_arena_copy(&facts->arena, text) : NULL;
  if (copy == NULL) {
    return inline_code(text);
  }
  facts->common[facts->common_count] = sift_span(copy, text.len);
  *slot = ++facts->common_count;
  return (uint16_t)(*slot - 1);
}

static bool is_commit(enum sift_fact fact) {
  return fact == SIFT_FACT_COMMIT || fact == SIFT_FACT_REPO_COMMIT;
}

static uint16_t code_of(struct sift_facts *facts, const struct sift_fact_sheet *sheet, enum sift_fact fact) {
  struct sift_span text = sheet->values[fact];
  if (fact == SIFT_FACT_REPO_COMMIT && sift_span_equal(text, sheet->values[SIFT_FACT_COMMIT])) {
    return SAME;
  }
  return is_commit(fact) ? inline_code(text) : common_code(facts, text);
}

/* --- records ----------------------------------------------------------------------------------------------------------- */

/* A sheet in the form of a record: what is to be copied. */
struct packed {
  char bytes[RECORD_BYTES_MAX];
  uint32_t len;
  uint16_t name_len, known;
  int64_t time_ns;
};

static void put(struct packed *out, const void *bytes, size_t len) {
  assert(len <= sizeof out->bytes - out->len);
  if (len > 0) {
    memcpy(out->bytes + out->len, bytes, len);
    out->len += (uint32_t)len;
  }
}

static void pack(struct packed *out, struct sift_facts *facts, const struct sift_fact_sheet *sheet) {
  uint16_t codes[SIFT_FACTS];
  out->len = 0;
  out->known = 0;
  out->time_ns = sheet->time_ns;
  out->name_len = (uint16_t)sheet->space.len;
  put(out, sheet->space.data, sheet->space.len);
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    if (sheet->values[i].len > 0) {
      codes[i] = code_of(facts, sheet, (enum sift_fact)i);
      out->known |= (uint16_t)(1U << i);
      put(out, &codes[i], sizeof codes[i]);
    }
  }
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    if ((out->known & 1U << i) != 0 && codes[i] >= INLINE && codes[i] != SAME) {
      put(out, sheet->values[i].data, sheet->values[i].len);
    }
  }
}

static void unpack(const struct sift_facts *facts, const struct record *record, struct sift_fact_sheet *out) {
  const char *code_at = record->bytes + record->name_len;
  const char *text_at = code_at + (size_t)__builtin_popcount(record->known) * sizeof(uint16_t);
  *out = (struct sift_fact_sheet){.space = name_of(record), .time_ns = record->time_ns};
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    uint16_t code = 0;
    out->values[i] = sift_span("", 0);
    if ((record->known & 1U << i) == 0) {
      continue;
    }
    memcpy(&code, code_at, sizeof code);
    code_at += sizeof code;
    if (code == SAME) {
      out->values[i] = out->values[i - 1];
    } else if (code < INLINE) {
      out->values[i] = facts->common[code];
    } else {
      out->values[i] = sift_span(text_at, (size_t)(code - INLINE));
      text_at += code - INLINE;
    }
  }
}

/* What a record that outgrew its place leaves behind is less than what it has now, as it at least doubles. */
static struct record *place(struct sift_facts *facts, struct record *old, const struct packed *packed) {
  struct record *record = old;
  if (old == NULL || packed->len > old->capacity) {
    size_t wanted = old == NULL || packed->len > 2 * (size_t)old->capacity ? packed->len : 2 * (size_t)old->capacity;
    record = sift_arena_alloc(&facts->arena, sizeof *record + wanted);
    if (record == NULL) {
      return NULL;
    }
    record->capacity = (uint32_t)wanted;
  }
  record->time_ns = packed->time_ns;
  record->name_len = packed->name_len;
  record->known = packed->known;
  memcpy(record->bytes, packed->bytes, packed->len);
  return record;
}

/* --- the table by name ------------------------------------------------------------------------------------------------- */

static size_t slot_of(const struct sift_facts *facts, struct sift_span name) {
  size_t mask = facts->slot_count - 1;
  size_t at = sift_space_hash(name) & mask;
  while (facts->slots[at] != 0 && !sift_span_equal(name_of(facts->records[facts->slots[at] - 1]), name)) {
    at = (at + 1) & mask;
  }
  return at;
}

static void fill_slots(struct sift_facts *facts) {
  memset(facts->slots, 0, facts->slot_count * sizeof *facts->slots);
  for (size_t i = 0; i < facts->count; i++) {
    size_t at = sift_space_hash(name_of(facts->records[i])) & (facts->slot_count - 1);
    while (facts->slots[at] != 0) {
      at = (at + 1) & (facts->slot_count - 1);
    }
    facts->slots[at] = (uint32_t)(i + 1);
  }
}

/* Room for one sheet more; a slot stays free in any case. */
static bool reserve(struct sift_facts *facts) {
  if (facts->count < facts->capacity) {
    return true;
  }
  size_t capacity = facts->capacity == 0 ? 64 : facts->capacity * 2;
  if (capacity > UINT32_MAX / 2) {
    return false;
  }
  struct record **records = realloc(facts->records, capacity * sizeof(struct record *));
  if (records == NULL) {
    return false;
  }
  facts->records = records;
  uint32_t *slots = realloc(facts->slots, 2 * capacity * sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  facts->slots = slots;
  facts->slot_count = 2 * capacity;
  facts->capacity = capacity;
  fill_slots(facts);
  return true;
}

static bool differ(const struct sift_fact_sheet *a, const struct sift_fact_sheet *b) {
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    if (a->values[i].len > 0 && b->values[i].len > 0 && !sift_span_equal(a->values[i], b->values[i])) {
      return true;
    }
  }
  return false;
}

static bool one_time(int64_t a, int64_t b) {
  return a == b || a == SIFT_TIME_NONE || b == SIFT_TIME_NONE;
}

enum sift_status sift_facts_add(struct sift_facts *facts, const struct sift_fact_sheet *sheet, bool *doubled, bool *contradicts) {
  assert(!facts->sealed && sheet->space.len > 0);
  struct sift_fact_sheet taken = {.space = cut(sheet->space, SIFT_FACT_BYTES_MAX), .time_ns = sheet->time_ns};
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    taken.values[i] = cut(sheet->values[i], len_max((enum sift_fact)i));
  }
  *doubled = false;
  *contradicts = false;
  if (!reserve(facts)) {
    return SIFT_ENOMEM;
  }
  uint32_t *slot = &facts->slots[slot_of(facts, taken.space)];
  struct record *old = *slot != 0 ? facts->records[*slot - 1] : NULL;
  if (old != NULL) {
    struct sift_fact_sheet held;
    unpack(facts, old, &held);
    *doubled = true;
    *contradicts = one_time(held.time_ns, taken.time_ns) && differ(&held, &taken);
    if (taken.time_ns < held.time_ns) {
      return SIFT_OK;
    }
  }
  struct packed packed;
  pack(&packed, facts, &taken);
  struct record *record = place(facts, old, &packed);
  if (record == NULL) {
    return SIFT_ENOMEM;
  }
  if (old == NULL) {
    *slot = (uint32_t)++facts->count;
  }
  facts->records[*slot - 1] = record;
  return SIFT_OK;
}

/* --- questions --------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) {
  const struct record *const *x = a;
  const struct record *const *y = b;
  return sift_span_compare(name_of(*x), name_of(*y));
}

enum sift_status sift_facts_seal(struct sift_facts *facts) {
  if (facts->count > 0) {
    qsort(facts->records, facts->count, sizeof(struct record *), by_name);
    fill_slots(facts);
  }
  facts->sealed = true;
  return SIFT_OK;
}

size_t sift_facts_count(const struct sift_facts *facts) {
  return facts->count;
}

void sift_facts_at(const struct sift_facts *facts, size_t index, struct sift_fact_sheet *out) {
  assert(facts->sealed && index < facts->count);
  unpack(facts, facts->records[index], out);
}

size_t sift_facts_find(const struct sift_facts *facts, struct sift_span space) {
  assert(facts->sealed);
  if (facts->count == 0) {
    return SIZE_MAX;
  }
  uint32_t slot = facts->slots[slot_of(facts, space)];
  return slot != 0 ? slot - 1 : SIZE_MAX;
}
