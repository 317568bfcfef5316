#include "ingest/serve/inflow.h"

enum {
  BLOCK_BYTES = 128 * 1024,     /* inflated at a time */
  SMALL_CARRY_BYTES = 4 * 1024, /* up to this it is copied in front of the next block; what is longer grows where it is */
};

enum sift_status sift_inflow_begin(struct sift_inflow *inflow, enum sift_unpress_format format, unsigned window_log_max) {
  enum sift_status status = sift_unpress_new(&inflow->unpress);
  return status == SIFT_OK ? sift_unpress_begin(inflow->unpress, format, window_log_max) : status;
}

void sift_inflow_release(struct sift_inflow *inflow) {
  sift_unpress_free(inflow->unpress);
  sift_bytes_release(&inflow->carry);
}

size_t sift_inflow_bytes(const struct sift_inflow *inflow) {
  return inflow->carry.capacity + (inflow->unpress != NULL ? sift_unpress_bytes(inflow->unpress) : 0);
}

/* Keeps block[used..len) for the next one. */
static bool keep(struct sift_inflow *inflow, const struct sift_bytes *block, size_t used, size_t len) {
  struct sift_bytes *carry = &inflow->carry;
  size_t rest = len - used;
  inflow->carry_len = rest;
  if (block == carry && rest > SMALL_CARRY_BYTES) {
    memmove(carry->data, carry->data + used, used > 0 ? rest : 0);
    return true;
  }
  struct sift_bytes fresh = {0}; /* a carry that has grown is let go */
  struct sift_bytes *into = block == carry ? &fresh : carry;
  if (!sift_bytes_reserve(into, rest)) {
    return false;
  }
  if (rest > 0) {
    memcpy(into->data, block->data + used, rest);
  }
  if (block == carry) {
    sift_bytes_release(carry);
    *carry = fresh;
  }
  return true;
}

/* Inflates and has eaten one block; *more: the input or the decoder may have more to give. */
static enum sift_status pass_block(struct sift_inflow *inflow, struct sift_bytes *shared, struct sift_span *in,
                                   const struct sift_inflow_eater *eater, enum sift_reason *reason, bool *more) {
  bool grows = inflow->carry_len > SMALL_CARRY_BYTES;
  struct sift_bytes *block = grows ? &inflow->carry : shared;
  size_t len = inflow->carry_len;
  size_t got = 0;
  size_t used = 0;
  if (!sift_bytes_reserve(block, len + BLOCK_BYTES)) {
    return SIFT_ENOMEM;
  }
  if (!grows && len > 0) {
    memcpy(block->data, inflow->carry.data, len);
  }
  enum sift_status inflated = sift_unpress_feed(inflow->unpress, in, block->data + len, BLOCK_BYTES, &got, reason);
  len += got;
  *more = got == BLOCK_BYTES;
  enum sift_status status = eater->eat(eater->context, block->data, len, false, &used);
  if (status == SIFT_OK && !keep(inflow, block, used, len)) {
    status = SIFT_ENOMEM;
  }
  return status == SIFT_OK ? inflated : status;
}

enum sift_status sift_inflow_feed(struct sift_inflow *inflow, struct sift_protocol_scratch *scratch, const char *bytes, size_t len,
                                  const struct sift_inflow_eater *eater, enum sift_reason *reason) {
  struct sift_span in = sift_span(bytes, len);
  enum sift_status status = SIFT_OK;
  *reason = SIFT_REASONS;
  for (bool more = len > 0; more && status == SIFT_OK;) {
    status = pass_block(inflow, &scratch->block, &in, eater, reason, &more);
  }
  return status;
}

enum sift_status sift_inflow_finish(struct sift_inflow *inflow, const struct sift_inflow_eater *eater) {
  size_t used = 0;
  size_t len = inflow->carry_len;
  inflow->carry_len = 0;
  return len > 0 ? eater->eat(eater->context, inflow->carry.data, len, true, &used) : SIFT_OK;
}
