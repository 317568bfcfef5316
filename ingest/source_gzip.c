/* gzip: any number of members (RFC 1952), zero padding behind the last one; decoded by ISA-L's igzip. */
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ingest/source_internal.h"

enum { MAGIC_BYTES = 2 };

enum stage { STAGE_BETWEEN, STAGE_HEADER, STAGE_BODY };

struct gzip {
  struct sift_source base;
  struct sift_input *input;
  enum stage stage;
  bool first;               /* no member was begun */
  enum sift_status pending; /* what comes once all that was decoded is handed out */
  struct isal_gzip_header header;
  struct inflate_state state;
};

int sift_gzip_begins(const char *data, size_t len) {
  return len >= MAGIC_BYTES && (unsigned char)data[0] == 0x1f && (unsigned char)data[1] == 0x8b;
}

static enum sift_status corrupt(struct gzip *gzip) {
  return sift_source_fail(&gzip->base, SIFT_ECORRUPT, SIFT_REASON_CORRUPT);
}

/* The input gave no more: its own error, or a member without an end. */
static enum sift_status stopped(struct gzip *gzip) {
  if (gzip->input->ended == SIFT_END) {
    return sift_source_fail(&gzip->base, SIFT_ETRUNCATED, SIFT_REASON_TRUNCATED);
  }
  return sift_source_fail(&gzip->base, gzip->input->ended, gzip->input->bytes->reason);
}

static void skip_zeros(struct sift_input *input) {
  while (sift_input_peek(input, 1) > 0 && input->data[input->at] == 0) {
    input->at++;
  }
}

/* Between members: SIFT_OK when another begins. */
static enum sift_status begin_member(struct gzip *gzip) {
  struct sift_input *input = gzip->input;
  size_t len = sift_input_peek(input, MAGIC_BYTES);
  bool padded = !gzip->first && len > 0 && input->data[input->at] == 0;
  if (padded) {
    skip_zeros(input);
    len = sift_input_peek(input, 1);
  }
  if (len == 0) {
    return input->ended == SIFT_END ? SIFT_END : stopped(gzip);
  }
  if (padded || !sift_gzip_begins(input->data + input->at, len)) {
    return sift_source_fail(&gzip->base, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
  }
  gzip->first = false;
  isal_inflate_reset(&gzip->state);
  gzip->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
  isal_gzip_header_init(&gzip->header);
  gzip->stage = STAGE_HEADER;
  return SIFT_OK;
}

/* Lends the unused input to igzip. */
static void lend(struct gzip *gzip) {
  gzip->state.next_in = (uint8_t *)gzip->input->data + gzip->input->at;
  gzip->state.avail_in = (uint32_t)(gzip->input->len - gzip->input->at);
}

/* Takes back what it left. False where it failed: what it says it left is then not to be trusted. */
static bool take_back(struct gzip *gzip, int result) {
  bool good = result == ISAL_DECOMP_OK || result == ISAL_END_INPUT || result == ISAL_OUT_OVERFLOW;
  size_t lent = gzip->input->len - gzip->input->at;
  if (!good || gzip->state.avail_in > lent) {
    return false;
  }
  gzip->input->at = gzip->input->len - gzip->state.avail_in;
  return true;
}

static enum sift_status read_header(struct gzip *gzip) {
  if (gzip->input->at == gzip->input->len && sift_input_more(gzip->input) != SIFT_OK) {
    return stopped(gzip);
  }
  lend(gzip);
  int result = isal_read_gzip_header(&gzip->state, &gzip->header);
  if (!take_back(gzip, result)) {
    return corrupt(gzip);
  }
  gzip->stage = result == ISAL_DECOMP_OK ? STAGE_BODY : STAGE_HEADER;
  return SIFT_OK;
}

/* Decodes into the room; *hungry when nothing came of it and more input is wanted. */
static enum sift_status read_body(struct gzip *gzip, char *buffer, size_t size, size_t *filled, bool *hungry) {
  size_t room = size - *filled < UINT32_MAX / 2 ? size - *filled : UINT32_MAX / 2;
  bool used_up = gzip->input->at == gzip->input->len;
  lend(gzip);
  gzip->state.next_out = (uint8_t *)buffer + *filled;
  gzip->state.avail_out = (uint32_t)room;
  int result = isal_inflate(&gzip->state);
  size_t got = room - gzip->state.avail_out;
  *filled += got;
  if (!take_back(gzip, result)) {
    return corrupt(gzip);
  }
  if (gzip->state.block_state == ISAL_BLOCK_FINISH) {
    gzip->stage = STAGE_BETWEEN;
  }
  *hungry = gzip->stage == STAGE_BODY && got == 0 && used_up;
  return SIFT_OK;
}

static enum sift_status advance(struct gzip *gzip, char *buffer, size_t size, size_t *filled, bool *hungry) {
  switch (gzip->stage) {
  case STAGE_BETWEEN:
    return begin_member(gzip);
  case STAGE_HEADER:
    return read_header(gzip);
  case STAGE_BODY:
    break;
  }
  return read_body(gzip, buffer, size, filled, hungry);
}

/* Fills the room, but does not wait for more input while it has something to give. */
static enum sift_status gzip_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  struct gzip *gzip = (struct gzip *)source;
  bool hungry = false;
  while (gzip->pending == SIFT_OK && *got < size) {
    bool must_wait = hungry || (gzip->stage != STAGE_BODY && gzip->input->at == gzip->input->len);
    if (must_wait && *got > 0) {
      break;
    }
    if (hungry && sift_input_more(gzip->input) != SIFT_OK) {
      gzip->pending = stopped(gzip);
      break;
    }
    hungry = false;
    gzip->pending = advance(gzip, buffer, size, got, &hungry);
  }
  source->consumed = sift_input_used(gzip->input);
  return *got > 0 ? SIFT_OK : gzip->pending;
}

static void gzip_free(struct sift_source *source) {
  struct gzip *gzip = (struct gzip *)source;
  sift_input_free(gzip->input);
  free(gzip);
}

enum sift_status sift_source_gzip(struct sift_source **out, struct sift_input *input) {
  static const struct sift_source_ops ops = {"gzip", gzip_read, gzip_free};
  struct gzip *gzip = calloc(1, sizeof *gzip); /* zeroed: of wrong codes igzip makes what its tables hold */
  *out = NULL;
  if (gzip == NULL) {
    sift_input_free(input);
    return SIFT_ENOMEM;
  }
  gzip->base = (struct sift_source){.ops = &ops, .reason = SIFT_REASONS};
  gzip->input = input;
  gzip->stage = STAGE_BETWEEN;
  gzip->first = true;
  gzip->pending = SIFT_OK;
  isal_inflate_init(&gzip->state);
  *out = &gzip->base;
  return SIFT_OK;
}
