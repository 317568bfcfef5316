#include "tools/fleetgen/reply.h"

#include "engine/unpack.h"

enum { KEYS_MAX = 64, PONG_PARTS = 5 };

static bool is(struct sift_span text, const char *word) {
  return sift_span_equal(text, sift_span_of(word));
}

/* {"ack": id}; servers may add keys of their own. */
static void ack_read(struct sift_cursor *cursor, struct sift_gen_reply *out) {
  uint32_t count = sift_take_map(cursor, KEYS_MAX);
  bool found = false;
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    if (is(sift_take_text(cursor, UINT32_MAX), "ack")) {
      out->ack = sift_take_text(cursor, UINT32_MAX);
      found = true;
    } else {
      sift_take_any(cursor);
    }
  }
  sift_cursor_expect(cursor, found || cursor->fault != SIFT_FAULT_NONE);
  out->kind = SIFT_GEN_REPLY_ACK;
}

/* {"nonce": …, "auth": …, "keepalive": …}. */
static void helo_read(struct sift_cursor *cursor, struct sift_gen_reply *out) {
  uint32_t count = sift_take_map(cursor, KEYS_MAX);
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    struct sift_span key = sift_take_text(cursor, UINT32_MAX);
    if (is(key, "nonce")) {
      out->nonce = sift_take_text(cursor, UINT32_MAX);
    } else if (is(key, "auth")) {
      out->auth = sift_take_text(cursor, UINT32_MAX);
    } else {
      sift_take_any(cursor);
    }
  }
  out->kind = SIFT_GEN_REPLY_HELO;
}

static void array_read(struct sift_cursor *cursor, struct sift_gen_reply *out) {
  uint32_t count = sift_take_array(cursor, KEYS_MAX);
  struct sift_span word = sift_take_text(cursor, UINT32_MAX);
  if (count == 2 && is(word, "HELO")) {
    helo_read(cursor, out);
  } else if (count == PONG_PARTS && is(word, "PONG")) {
    out->welcome = sift_take_bool(cursor);
    out->reason = sift_take_text(cursor, UINT32_MAX);
    out->hostname = sift_take_text(cursor, UINT32_MAX);
    out->digest = sift_take_text(cursor, UINT32_MAX);
    out->kind = SIFT_GEN_REPLY_PONG;
  } else {
    sift_cursor_expect(cursor, false);
  }
}

struct sift_gen_reply sift_gen_reply_read(struct sift_span bytes) {
  struct sift_gen_reply reply = {.kind = SIFT_GEN_REPLY_SHORT};
  if (bytes.len == 0) {
    return reply;
  }
  struct sift_cursor cursor = sift_cursor(bytes);
  unsigned head = (unsigned char)bytes.data[0];
  if ((head & 0xF0) == 0x90 || head == 0xDC || head == 0xDD) {
    array_read(&cursor, &reply);
  } else {
    ack_read(&cursor, &reply);
  }
  if (cursor.fault != SIFT_FAULT_NONE) {
    return (struct sift_gen_reply){.kind = cursor.fault == SIFT_FAULT_SHORT ? SIFT_GEN_REPLY_SHORT : SIFT_GEN_REPLY_BAD};
  }
  reply.len = (size_t)(cursor.at - bytes.data);
  return reply;
}
