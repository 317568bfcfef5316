/* Property: any bytes with seals that hold are a rule set or damage, never harm; and a rule set that came of them, stored and
 * restored, is stored as the same bytes. The input is the rule set's hash and the packed body. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/ruleset_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHECKSUM_AT = 8, ORIGIN_AT = 24, HASH_AT = 40 };

static const struct sift_ruleset_origin origin = {{1, 2}};

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

static struct sift_ruleset *restore(struct sift_span bytes) {
  struct sift_ruleset *ruleset = NULL;
  enum sift_status status = sift_ruleset_restore(&ruleset, &origin, bytes);
  require(status == SIFT_OK || status == SIFT_ECORRUPT);
  require((status == SIFT_OK) == (ruleset != NULL));
  return ruleset;
}

static void store_again(const struct sift_ruleset *ruleset) {
  char *bytes = NULL;
  char *more = NULL;
  size_t len = 0;
  size_t more_len = 0;
  require(sift_ruleset_store(ruleset, &origin, &bytes, &len) == SIFT_OK);
  struct sift_ruleset *back = restore(sift_span(bytes, len));
  require(back != NULL && sift_ruleset_store(back, &origin, &more, &more_len) == SIFT_OK);
  require(len == more_len && memcmp(bytes, more, len) == 0);
  sift_ruleset_free(back);
  free(bytes);
  free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *bytes = malloc(HASH_AT + size + 1);
  require(bytes != NULL);
  memcpy(bytes, "SIFTRS1", CHECKSUM_AT);
  memcpy(bytes + ORIGIN_AT, origin.hash, sizeof origin.hash);
  memcpy(bytes + HASH_AT, data, size);
  XXH128_hash_t hash = XXH3_128bits(bytes + ORIGIN_AT, HASH_AT - ORIGIN_AT + size);
  memcpy(bytes + CHECKSUM_AT, &(uint64_t[]){hash.high64, hash.low64}, sizeof(uint64_t[2]));
  struct sift_ruleset *ruleset = restore(sift_span(bytes, HASH_AT + size));
  if (ruleset != NULL) {
    store_again(ruleset);
  }
  sift_ruleset_free(ruleset);
  free(bytes);
  return 0;
}
