/* The compiled form on disk: seals first, then what Hyperscan made. Hyperscan's deserializer is not safe on hostile bytes,
 * so nothing reaches it before the checksum over the whole body holds. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/database_internal.h"

static const char magic[8] = "SIFTDB1";

/* Fixed-size front matter, native byte order: the file never leaves the machine, and the platform is one of the seals. */
struct seals {
  char magic[8];
  uint64_t checksum[2]; /* XXH3 128 over everything behind this field */
  char ruleset[40];     /* hash_text */
  char engine[64];      /* hs_version() */
  char pcre[32];
  uint64_t tune, cpu_features;
  uint64_t pattern_count;
  uint64_t wake_len, confirm_len;
  /* then pattern_count bytes (1: prefiltered), the wake database, the confirm database */
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

static void checksum(const char *bytes, size_t len, uint64_t out[2]) {
  size_t skip = offsetof(struct seals, ruleset);
  XXH128_hash_t hash = XXH3_128bits(bytes + skip, len - skip);
  out[0] = hash.high64;
  out[1] = hash.low64;
}

enum sift_status sift_database_serialize(const struct sift_database *database, char **bytes, size_t *len) {
  char *wake = NULL;
  char *confirm = NULL;
  size_t wake_len = 0;
  size_t confirm_len = 0;
  *bytes = NULL;
  *len = 0;
  enum sift_status status = SIFT_ENOMEM;
  if (database->wake != NULL && (hs_serialize_database(database->wake, &wake, &wake_len) != HS_SUCCESS ||
                                 hs_serialize_database(database->confirm, &confirm, &confirm_len) != HS_SUCCESS)) {
    goto out;
  }
  size_t total = sizeof(struct seals) + database->pattern_count + wake_len + confirm_len;
  char *out = calloc(1, total);
  if (out == NULL) {
    goto out;
  }
  struct seals seals;
  seals_fill(&seals, database->ruleset, database->pattern_count);
  seals.wake_len = wake_len;
  seals.confirm_len = confirm_len;
  memcpy(out, &seals, sizeof seals);
  char *at = out + sizeof seals;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    *at++ = database->patterns[i].prefiltered ? 1 : 0;
  }
  if (wake_len > 0) {
    memcpy(at, wake, wake_len);
    memcpy(at + wake_len, confirm, confirm_len);
  }
  checksum(out, total, seals.checksum);
  memcpy(out, &seals, sizeof seals);
  *bytes = out;
  *len = total;
  status = SIFT_OK;
out:
  free(wake);
  free(confirm);
  return status;
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
  size_t rest = bytes.len - sizeof *seals;
  if (seals->pattern_count > rest || seals->wake_len > rest - seals->pattern_count ||
      seals->confirm_len != rest - seals->pattern_count - seals->wake_len) {
    return SIFT_ECORRUPT;
  }
  return SIFT_OK;
}

static enum sift_status unpack(struct sift_database *database, const struct seals *seals, const char *at) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    database->patterns[i].prefiltered = *at++ != 0;
  }
  if (seals->wake_len > 0 &&
      (hs_deserialize_database(at, seals->wake_len, &database->wake) != HS_SUCCESS ||
       hs_deserialize_database(at + seals->wake_len, seals->confirm_len, &database->confirm) != HS_SUCCESS)) {
    return SIFT_EVERSION;
  }
  return sift_database_programs(database);
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
