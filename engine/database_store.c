/* The compiled form on disk: seals first, then what Hyperscan made. Hyperscan's deserializer is not safe on hostile bytes,
 * so nothing reaches it before the checksum over the whole body holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/database_internal.h"

/* What Hyperscan makes, in the order of the file. */
enum { PARTS = 4 };

static const char magic[8] = "SIFTDB6";

/* Fixed-size front matter, native byte order: the file never leaves the machine, and the platform is one of the seals. */
struct seals {
  char magic[8];
  uint64_t checksum[2]; /* XXH3 128 over everything behind this field */
  char ruleset[40];     /* hash_text */
  char engine[64];      /* hs_version() */
  char pcre[32];
  uint64_t tune, cpu_features;
  uint64_t pattern_count;
  uint64_t atoms_len;
  uint64_t part_len[PARTS];
  /* then pattern_count bytes (1: prefiltered, 2: in_line), the atoms, the databases */
};

static void seals_fill(struct seals *seals, const struct sift_ruleset *ruleset, uint32_t pattern_count) {
  memset(seals, 0, sizeof *seals);
  memcpy(seals->magic, magic, sizeof magic);
  strncpy(seals->ruleset, ruleset->hash_text, sizeof seals->ruleset - 1);
  strncpy(seals->engine, hs_version(), sizeof seals->engine - 1);
  char pcre[64] = "";
  pcre2_config(PCRE2_CONFIG_VERSION, pcre);
  memcpy(seals->pcre, pcre, sizeof seals->pcre - 1);
  hs_platform_info_t platform;
  if (hs_populate_platform(&platform) == HS_SUCCESS) {
    seals->tune = platform.tune;
    seals->cpu_features = platform.cpu_features;
  }
  seals->pattern_count = pattern_count;
}

void sift_database_build_name(char out[SIFT_DATABASE_BUILD_BYTES]) {
  static const struct sift_ruleset none;
  struct seals seals;
  seals_fill(&seals, &none, 0);
  snprintf(out, SIFT_DATABASE_BUILD_BYTES, "%016llx", (unsigned long long)XXH3_64bits(&seals, sizeof seals));
}

static void checksum(const char *bytes, size_t len, uint64_t out[2]) {
  size_t skip = offsetof(struct seals, ruleset);
  XXH128_hash_t hash = XXH3_128bits(bytes + skip, len - skip);
  out[0] = hash.high64;
  out[1] = hash.low64;
}

/* What Hyperscan makes of the databases; any of them may be NULL, and is then of length 0. */
struct packed {
  char *bytes[PARTS];
  size_t len[PARTS];
};

static enum sift_status packed_init(struct packed *packed, const struct sift_database *database) {
  const hs_database_t *parts[PARTS] = {database->wake, database->literals, database->rest, database->confirm};
  *packed = (struct packed){0};
  for (int i = 0; i < PARTS; i++) {
    if (parts[i] != NULL && hs_serialize_database(parts[i], &packed->bytes[i], &packed->len[i]) != HS_SUCCESS) {
      return SIFT_ENOMEM;
    }
  }
  return SIFT_OK;
}

static void packed_release(struct packed *packed) {
  for (int i = 0; i < PARTS; i++) {
    free(packed->bytes[i]);
  }
}

/* A pattern's atoms: how many (2 bytes), then each with its length and its window (2 bytes each) in front. */
static size_t atoms_size(const struct sift_database *database) {
  size_t size = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    const struct sift_texts *atoms = &database->patterns[i].atoms;
    size += sizeof(uint16_t);
    for (size_t k = 0; k < atoms->count; k++) {
      size += 2 * sizeof(uint16_t) + atoms->items[k].len;
    }
  }
  return size;
}

static char *put_number(char *at, size_t value) {
  uint16_t number = (uint16_t)value;
  memcpy(at, &number, sizeof number);
  return at + sizeof number;
}

static char *put_atoms(char *at, const struct sift_compiled *compiled) {
  const struct sift_texts *atoms = &compiled->atoms;
  at = put_number(at, atoms->count);
  for (size_t k = 0; k < atoms->count; k++) {
    at = put_number(put_number(at, atoms->items[k].len), compiled->windows[k]);
    memcpy(at, atoms->items[k].data, atoms->items[k].len);
    at += atoms->items[k].len;
  }
  return at;
}

static void put_body(char *at, const struct sift_database *database, const struct packed *packed) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    *at++ = (char)((database->patterns[i].prefiltered ? 1 : 0) + (database->patterns[i].in_line ? 2 : 0));
  }
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    at = put_atoms(at, &database->patterns[i]);
  }
  for (int i = 0; i < PARTS; i++) {
    if (packed->len[i] > 0) {
      memcpy(at, packed->bytes[i], packed->len[i]);
      at += packed->len[i];
    }
  }
}

enum sift_status sift_database_serialize(const struct sift_database *database, char **bytes, size_t *len) {
  struct packed packed;
  struct seals seals;
  *bytes = NULL;
  *len = 0;
  enum sift_status status = packed_init(&packed, database);
  seals_fill(&seals, database->ruleset, database->pattern_count);
  seals.atoms_len = atoms_size(database);
  size_t total = sizeof seals + database->pattern_count + seals.atoms_len;
  for (int i = 0; i < PARTS; i++) {
    seals.part_len[i] = packed.len[i];
    total += packed.len[i];
  }
  char *out = status == SIFT_OK ? calloc(1, total) : NULL;
  if (out != NULL) {
    put_body(out + sizeof seals, database, &packed);
    memcpy(out, &seals, sizeof seals);
    checksum(out, total, seals.checksum);
    memcpy(out, &seals, sizeof seals);
    *bytes = out;
    *len = total;
  }
  packed_release(&packed);
  return out != NULL ? SIFT_OK : SIFT_ENOMEM;
}

/* Whether the parts that the seals name fill `rest` bytes exactly. */
static bool lengths_hold(const struct seals *seals, uint64_t rest) {
  if (seals->pattern_count > rest || seals->atoms_len > rest - seals->pattern_count) {
    return false;
  }
  rest -= seals->pattern_count + seals->atoms_len;
  for (int i = 0; i < PARTS; i++) {
    if (seals->part_len[i] > rest) {
      return false;
    }
    rest -= seals->part_len[i];
  }
  return rest == 0;
}

/* Whether the seals say that these bytes were made here, of this rule set, and are whole. */
static enum sift_status seals_hold(struct seals *seals, const struct sift_database *database, struct sift_span bytes) {
  if (bytes.len < sizeof *seals) {
    return SIFT_ECORRUPT;
  }
  memcpy(seals, bytes.data, sizeof *seals);
  if (memcmp(seals->magic, magic, sizeof magic) != 0) {
    return SIFT_EVERSION;
  }
  uint64_t sum[2];
  checksum(bytes.data, bytes.len, sum);
  if (memcmp(sum, seals->checksum, sizeof sum) != 0) {
    return SIFT_ECORRUPT;
  }
  struct seals own;
  seals_fill(&own, database->ruleset, database->pattern_count);
  if (memcmp(own.ruleset, seals->ruleset, sizeof own.ruleset) != 0 || memcmp(own.engine, seals->engine, sizeof own.engine) != 0 ||
      memcmp(own.pcre, seals->pcre, sizeof own.pcre) != 0 || own.tune != seals->tune || own.cpu_features != seals->cpu_features ||
      own.pattern_count != seals->pattern_count) {
    return SIFT_EVERSION;
  }
  return lengths_hold(seals, bytes.len - sizeof *seals) ? SIFT_OK : SIFT_ECORRUPT;
}

/* The checksum holds, so what stands here was written by put_atoms(); lengths are checked all the same. */
static bool take_number(const char **at, const char *end, size_t *out) {
  uint16_t number = 0;
  if (end - *at < (ptrdiff_t)sizeof number) {
    return false;
  }
  memcpy(&number, *at, sizeof number);
  *at += sizeof number;
  *out = number;
  return true;
}

/* Whether the sampler or the literals database can look for a text so long, with this window. */
static bool fits(size_t len, size_t window) {
  if (len < SIFT_ATOM_BYTES_MIN || len > SIFT_SAMPLER_TEXT_MAX) {
    return false;
  }
  return window == SIFT_WINDOW_NONE || (len >= SIFT_SAMPLER_SHORT && window + sift_sampler_width(len) <= len);
}

static enum sift_status take_atoms(struct sift_compiled *compiled, struct sift_arena *arena, const char **at, const char *end) {
  size_t count = 0;
  if (!take_number(at, end, &count)) {
    return SIFT_ECORRUPT;
  }
  struct sift_span *items = sift_arena_alloc(arena, (count + 1) * sizeof *items);
  uint16_t *windows = sift_arena_alloc(arena, (count + 1) * sizeof *windows);
  if (items == NULL || windows == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t k = 0; k < count; k++) {
    size_t len = 0;
    size_t window = 0;
    if (!take_number(at, end, &len) || !take_number(at, end, &window) || len > (size_t)(end - *at) || !fits(len, window)) {
      return SIFT_ECORRUPT;
    }
    const char *copy = sift_arena_copy(arena, sift_span(*at, len));
    if (copy == NULL) {
      return SIFT_ENOMEM;
    }
    items[k] = sift_span(copy, len);
    windows[k] = (uint16_t)window;
    *at += len;
  }
  compiled->atoms = (struct sift_texts){items, count};
  compiled->windows = windows;
  return SIFT_OK;
}

static enum sift_status take_database(hs_database_t **out, const char **at, uint64_t len) {
  if (len > 0 && hs_deserialize_database(*at, len, out) != HS_SUCCESS) {
    return SIFT_EVERSION;
  }
  *at += len;
  return SIFT_OK;
}

static enum sift_status unpack(struct sift_database *database, const struct seals *seals, const char *at) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    database->patterns[i].prefiltered = (*at & 1) != 0;
    database->patterns[i].in_line = (*at++ & 2) != 0;
  }
  enum sift_status status = SIFT_OK;
  const char *atoms_end = at + seals->atoms_len;
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    status = take_atoms(&database->patterns[i], &database->arena, &at, atoms_end);
  }
  if (status == SIFT_OK && at != atoms_end) {
    status = SIFT_ECORRUPT;
  }
  hs_database_t **parts[PARTS] = {&database->wake, &database->literals, &database->rest, &database->confirm};
  for (int i = 0; i < PARTS && status == SIFT_OK; i++) {
    status = take_database(parts[i], &at, seals->part_len[i]);
  }
  return status == SIFT_OK ? sift_database_sampler(database) : status;
}

enum sift_status sift_database_deserialize(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span bytes) {
  struct sift_database *database = NULL;
  struct seals seals;
  *out = NULL;
  enum sift_status status = sift_database_number(&database, ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  status = seals_hold(&seals, database, bytes);
  if (status == SIFT_OK) {
    status = unpack(database, &seals, bytes.data + sizeof seals);
  }
  if (status != SIFT_OK) {
    sift_database_free(database);
    return status;
  }
  *out = database;
  return SIFT_OK;
}
