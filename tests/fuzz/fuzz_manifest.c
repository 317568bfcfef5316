/* Any bytes are a manifest, or one of the errors that its reader may give; what was read, written and read again is the same. The
 * bytes are tried as a file, and with a checksum that holds. Ids that are taken from one are exported as they came. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "ingest/serve/chunk_ids.h"
#include "ingest/serve/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

static void try_ids(struct sift_span bytes) {
  struct sift_chunk_ids *ids = NULL;
  struct sift_pack pack = {0};
  require(sift_chunk_ids_new(&ids, 16384, 0) == SIFT_OK);
  enum sift_status status = sift_chunk_ids_import(ids, bytes);
  require(status == SIFT_OK || status == SIFT_ECORRUPT);
  require(sift_chunk_ids_export(ids, UINT64_MAX, &pack) == SIFT_OK);
  require(status == SIFT_OK ? pack.len <= bytes.len : pack.len == 0);
  sift_pack_release(&pack);
  sift_chunk_ids_free(ids);
}

static void try_manifest(struct sift_span bytes) {
  static struct sift_manifest first;
  static struct sift_manifest second;
  struct sift_pack pack = {0};
  enum sift_status status = sift_manifest_read(&first, bytes);
  if (status != SIFT_OK) {
    require(status == SIFT_EFORMAT || status == SIFT_EVERSION || status == SIFT_ETRUNCATED || status == SIFT_ECORRUPT);
    return;
  }
  require(first.position_count <= SIFT_CHECKPOINT_LOOPS_MAX);
  require(sift_manifest_write(&first, &pack) == SIFT_OK);
  require(sift_manifest_read(&second, sift_span(pack.bytes, pack.len)) == SIFT_OK);
  require(sift_span_equal(first.chunk_ids, second.chunk_ids) && sift_span_equal(first.extra, second.extra));
  require(first.number == second.number && first.journal_seq == second.journal_seq && first.state_bytes == second.state_bytes);
  require(memcmp(first.positions, second.positions, sizeof first.positions) == 0);
  try_ids(first.chunk_ids);
  sift_pack_release(&pack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { CHECKSUM_BYTES = 16 };
  char *bytes = malloc(size + 1);
  require(bytes != NULL);
  if (size > 0) {
    memcpy(bytes, data, size);
  }
  try_manifest(sift_span(bytes, size));
  if (size > CHECKSUM_BYTES) {
    XXH128_canonical_t sum;
    XXH128_canonicalFromHash(&sum, XXH3_128bits(bytes, size - CHECKSUM_BYTES));
    memcpy(bytes + size - CHECKSUM_BYTES, sum.digest, CHECKSUM_BYTES);
    try_manifest(sift_span(bytes, size));
  }
  free(bytes);
  return 0;
}
