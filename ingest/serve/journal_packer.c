#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

#include "ingest/serve/journal_internal.h"

struct sift_journal_packer {
  ZSTD_CCtx *zstd;
  char *frame;
  size_t capacity;
};

enum sift_status sift_journal_packer_new(struct sift_journal_packer **out, int level) {
  *out = NULL;
  struct sift_journal_packer *packer = calloc(1, sizeof *packer);
  if (packer == NULL) {
    return SIFT_ENOMEM;
  }
  packer->zstd = ZSTD_createCCtx();
  if (packer->zstd == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, level != 0 ? level : 1)) ||
      ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 1))) {
    sift_journal_packer_free(packer);
    return SIFT_ENOMEM;
  }
  *out = packer;
  return SIFT_OK;
}

void sift_journal_packer_free(struct sift_journal_packer *packer) {
  if (packer != NULL) {
    ZSTD_freeCCtx(packer->zstd);
    free(packer->frame);
    free(packer);
  }
}

static bool make_room(struct sift_journal_packer *packer, size_t size) {
  if (size > packer->capacity) {
    free(packer->frame);
    packer->frame = malloc(size);
    packer->capacity = packer->frame != NULL ? size : 0;
  }
  return packer->frame != NULL;
}

/* The frame goes to the packer's room for the worst case first, so that a block in the queue is as large as what it holds. */
enum sift_status sift_journal_pack(struct sift_journal_packer *packer, struct sift_span payload, struct sift_seal *seal,
                                   struct sift_journal_block **out) {
  *out = NULL;
  if (payload.len > SIFT_JOURNAL_ENTRY_BYTES_MAX) {
    return SIFT_ELIMIT;
  }
  if (!make_room(packer, ZSTD_compressBound(payload.len))) {
    return SIFT_ENOMEM;
  }
  size_t size = ZSTD_compress2(packer->zstd, packer->frame, packer->capacity, payload.data, payload.len);
  if (ZSTD_isError(size)) {
    return SIFT_ENOMEM;
  }
  struct sift_journal_block *block = malloc(sizeof *block + SIFT_SEAL_BYTES + size);
  if (block == NULL) {
    return SIFT_ENOMEM;
  }
  *block = (struct sift_journal_block){.is_header = seal->kind == SIFT_SEAL_HEADER, .size = SIFT_SEAL_BYTES + size};
  memcpy(block->bytes + SIFT_SEAL_BYTES, packer->frame, size);
  seal->version = SIFT_JOURNAL_VERSION;
  seal->frame_bytes = (uint32_t)size;
  seal->payload_bytes = (uint32_t)payload.len;
  seal->frame_hash = XXH3_64bits(packer->frame, size);
  *out = block;
  return SIFT_OK;
}

void sift_journal_block_seal(struct sift_journal_block *block, struct sift_seal *seal, uint64_t seq) {
  assert(block->size == SIFT_SEAL_BYTES + (size_t)seal->frame_bytes);
  block->seq = seq;
  seal->seq = block->is_header ? 0 : seq;
  sift_seal_put(block->bytes, seal);
}
