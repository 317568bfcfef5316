#include "ingest/serve/forward_frame.h"

#include <assert.h>

#include "engine/unpack_head.h"

/* The outermost object: an array or nil. */
static enum sift_frame_state begin(struct sift_forward_frame *frame, const char *bytes, size_t len) {
  unsigned first = (unsigned char)*bytes;
  if (first == '{' || first == '[') {
    return SIFT_FRAME_JSON;
  }
  struct sift_head head = {0};
  if ((!sift_head_is_array(first) && first != 0xC0) || !sift_head_read(bytes, len, &head)) {
    return SIFT_FRAME_BAD;
  }
  frame->looked = head.len;
  frame->open = head.items;
  frame->parts = (uint32_t)head.items;
  if (head.len > 0) {
    frame->part_at[frame->begun++] = head.len;
  }
  return head.len == 0 ? SIFT_FRAME_MORE : SIFT_FRAME_WHOLE;
}

/* An object ended and so many are open: where that was a part of the outermost array, the next one begins here. */
static void note_part(struct sift_forward_frame *frame, uint64_t at, uint64_t open) {
  if (frame->begun <= SIFT_FORWARD_PARTS_MAX && frame->begun <= frame->parts && open == frame->parts - frame->begun) {
    frame->part_at[frame->begun++] = at;
  }
}

static enum sift_frame_state look_on(struct sift_forward_frame *frame, const char *bytes, size_t len, size_t bytes_max) {
  uint64_t at = frame->looked;
  uint64_t open = frame->open;
  enum sift_frame_state state = SIFT_FRAME_MORE;
  while (open > 0 && at < len) {
    struct sift_head head;
    if (!sift_head_read(bytes + at, len - at, &head)) {
      return SIFT_FRAME_BAD;
    }
    if (head.len == 0) {
      break;
    }
    at += head.len + head.payload;
    open += head.items - 1;
    note_part(frame, at, open);
    if (at + open > bytes_max) {
      return SIFT_FRAME_TOO_LONG;
    }
  }
  frame->looked = at;
  frame->open = open;
  if (open == 0 && at <= len) {
    state = SIFT_FRAME_WHOLE;
  }
  return state;
}

enum sift_frame_state sift_forward_frame_find(struct sift_forward_frame *frame, const char *bytes, size_t len, size_t bytes_max) {
  assert(len > 0);
  if (frame->looked == 0) {
    enum sift_frame_state state = begin(frame, bytes, len);
    if (state != SIFT_FRAME_WHOLE) {
      return state;
    }
    if (frame->looked + frame->open > bytes_max) {
      return SIFT_FRAME_TOO_LONG;
    }
  }
  return look_on(frame, bytes, len, bytes_max);
}
