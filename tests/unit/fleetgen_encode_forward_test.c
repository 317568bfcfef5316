#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <msgpack.h>
#include <zstd.h>

#include "tools/fleetgen/encode_forward.h"

#define TIME_NS INT64_C(1741286774854123000)

static struct sift_gen_record record_of(const char *text) {
  return (struct sift_gen_record){
      .index = 5, .space = sift_span_of("ann/cat-demo"), .channel = SIFT_GEN_RUN, .time_ns = TIME_NS, .text = sift_span_of(text)};
}

static struct sift_gen_send_options options_of(enum sift_gen_mode mode) {
  struct sift_gen_send_options send;
  sift_gen_send_options_init(&send);
  send.mode = mode;
  send.tag = "a.b";
  return send;
}

/* "one" and "two", as the options would have them. */
static void encode(const struct sift_gen_send_options *send, struct sift_gen_parcel *parcel) {
  struct sift_gen_forward forward;
  *parcel = (struct sift_gen_parcel){0};
  assert_int_equal(sift_gen_forward_init(&forward, send, 99), SIFT_OK);
  struct sift_gen_record one = record_of("one");
  struct sift_gen_record two = record_of("two \xff");
  sift_gen_forward_put(&forward, parcel, &one);
  sift_gen_forward_put(&forward, parcel, &two);
  assert_int_equal(sift_gen_forward_close(&forward, parcel), SIFT_OK);
  assert_false(parcel->bytes.failed);
  sift_gen_forward_release(&forward);
}

static bool is(msgpack_object object, const char *text) {
  return object.type == MSGPACK_OBJECT_STR && object.via.str.size == strlen(text) &&
         memcmp(object.via.str.ptr, text, object.via.str.size) == 0;
}

static const msgpack_object *find(const msgpack_object *map, const char *key) {
  assert_int_equal(map->type, MSGPACK_OBJECT_MAP);
  for (uint32_t i = 0; i < map->via.map.size; i++) {
    if (is(map->via.map.ptr[i].key, key)) {
      return &map->via.map.ptr[i].val;
    }
  }
  fail_msg("no key %s", key);
  return NULL;
}

static void check_time(const msgpack_object *time) {
  static const unsigned char want[] = {0x67, 0xc9, 0xed, 0x76, 0x32, 0xe8, 0xe1, 0xf8};
  assert_int_equal(time->type, MSGPACK_OBJECT_EXT);
  assert_int_equal(time->via.ext.type, 0);
  assert_int_equal(time->via.ext.size, sizeof(want));
  assert_memory_equal(time->via.ext.ptr, want, sizeof(want));
}

static void check_record(const msgpack_object *record, const char *text) {
  assert_true(is(*find(record, "space"), "ann/cat-demo"));
  assert_true(is(*find(record, "channel"), "run"));
  assert_true(is(*find(record, "message"), text));
  assert_int_equal(record->via.map.size, 3);
}

static void check_entry(const msgpack_object *entry, const char *text) {
  assert_int_equal(entry->type, MSGPACK_OBJECT_ARRAY);
  assert_int_equal(entry->via.array.size, 2);
  check_time(&entry->via.array.ptr[0]);
  check_record(&entry->via.array.ptr[1], text);
}

/* Objects in a row. */
static void next(msgpack_unpacked *into, const char *bytes, size_t len, size_t *offset) {
  assert_int_equal(msgpack_unpack_next(into, bytes, len, offset), MSGPACK_UNPACK_SUCCESS);
}

static void check_entries(const char *bytes, size_t len) {
  msgpack_unpacked object;
  msgpack_unpacked_init(&object);
  size_t offset = 0;
  next(&object, bytes, len, &offset);
  check_entry(&object.data, "one");
  next(&object, bytes, len, &offset);
  check_entry(&object.data, "two \xff");
  assert_int_equal(offset, len);
  msgpack_unpacked_destroy(&object);
}

/* The only message of a parcel; `object` is to be destroyed. */
static const msgpack_object *message_of(const struct sift_gen_parcel *parcel, msgpack_unpacked *object) {
  size_t offset = 0;
  msgpack_unpacked_init(object);
  next(object, parcel->bytes.bytes, parcel->bytes.len, &offset);
  assert_int_equal(offset, parcel->bytes.len);
  assert_int_equal(parcel->messages, 1);
  assert_int_equal(object->data.type, MSGPACK_OBJECT_ARRAY);
  assert_true(is(object->data.via.array.ptr[0], "a.b"));
  return object->data.via.array.ptr;
}

static void a_packed_chunk_holds_entries_as_bytes(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_PACKED);
  send.ack = true;
  struct sift_gen_parcel parcel;
  msgpack_unpacked object;
  encode(&send, &parcel);
  const msgpack_object *parts = message_of(&parcel, &object);
  assert_int_equal(parts[1].type, MSGPACK_OBJECT_BIN);
  check_entries(parts[1].via.bin.ptr, parts[1].via.bin.size);
  assert_int_equal(find(&parts[2], "size")->via.u64, 2);
  const msgpack_object *chunk = find(&parts[2], "chunk");
  assert_int_equal(chunk->type, MSGPACK_OBJECT_STR);
  assert_int_equal(chunk->via.str.size, SIFT_GEN_ID_BYTES);
  assert_memory_equal(chunk->via.str.ptr, parcel.id, SIFT_GEN_ID_BYTES);
  assert_memory_equal(parcel.id + SIFT_GEN_ID_BYTES - 2, "==", 2);
  assert_int_equal(parts[2].via.map.size, 2);
  msgpack_unpacked_destroy(&object);
  sift_gen_text_release(&parcel.bytes);
}

static void a_forward_chunk_holds_entries_as_an_array(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_FORWARDED);
  struct sift_gen_parcel parcel;
  msgpack_unpacked object;
  encode(&send, &parcel);
  const msgpack_object *parts = message_of(&parcel, &object);
  assert_int_equal(parts[1].type, MSGPACK_OBJECT_ARRAY);
  assert_int_equal(parts[1].via.array.size, 2);
  check_entry(&parts[1].via.array.ptr[0], "one");
  check_entry(&parts[1].via.array.ptr[1], "two \xff");
  assert_int_equal(parts[2].via.map.size, 1);
  msgpack_unpacked_destroy(&object);
  sift_gen_text_release(&parcel.bytes);
}

static void a_compressed_chunk_says_how(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_COMPRESSED);
  send.compression = SIFT_GEN_ZSTD;
  struct sift_gen_parcel parcel;
  msgpack_unpacked object;
  encode(&send, &parcel);
  const msgpack_object *parts = message_of(&parcel, &object);
  char entries[1024];
  size_t len = ZSTD_decompress(entries, sizeof(entries), parts[1].via.bin.ptr, parts[1].via.bin.size);
  assert_false(ZSTD_isError(len));
  check_entries(entries, len);
  assert_true(is(*find(&parts[2], "compressed"), "zstd"));
  msgpack_unpacked_destroy(&object);
  sift_gen_text_release(&parcel.bytes);
}

static void messages_hold_a_record_each(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_MESSAGE);
  struct sift_gen_parcel parcel;
  msgpack_unpacked object;
  msgpack_unpacked_init(&object);
  encode(&send, &parcel);
  assert_int_equal(parcel.messages, 2);
  size_t offset = 0;
  const char *const texts[] = {"one", "two \xff"};
  for (size_t i = 0; i < 2; i++) {
    next(&object, parcel.bytes.bytes, parcel.bytes.len, &offset);
    assert_int_equal(object.data.via.array.size, 3);
    assert_true(is(object.data.via.array.ptr[0], "a.b"));
    check_time(&object.data.via.array.ptr[1]);
    check_record(&object.data.via.array.ptr[2], texts[i]);
  }
  assert_int_equal(offset, parcel.bytes.len);
  msgpack_unpacked_destroy(&object);
  sift_gen_text_release(&parcel.bytes);
}

static void records_of_kubernetes_come_in_nested_entries(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_FORWARDED);
  send.record = SIFT_GEN_KUBERNETES;
  struct sift_gen_parcel parcel;
  msgpack_unpacked object;
  encode(&send, &parcel);
  const msgpack_object *entry = &message_of(&parcel, &object)[1].via.array.ptr[1];
  assert_int_equal(entry->via.array.size, 2);
  const msgpack_object *head = &entry->via.array.ptr[0];
  assert_int_equal(head->type, MSGPACK_OBJECT_ARRAY);
  check_time(&head->via.array.ptr[0]);
  assert_int_equal(head->via.array.ptr[1].type, MSGPACK_OBJECT_MAP);
  const msgpack_object *record = &entry->via.array.ptr[1];
  assert_true(is(*find(record, "log"), "two \xff"));
  assert_true(is(*find(record, "time"), "2025-03-06T18:46:14.854123Z"));
  const msgpack_object *labels = find(find(record, "kubernetes"), "labels");
  assert_true(is(*find(labels, "space-owner"), "ann"));
  assert_true(is(*find(labels, "space-name"), "cat-demo"));
  assert_true(is(*find(labels, "channel"), "run"));
  msgpack_unpacked_destroy(&object);
  sift_gen_text_release(&parcel.bytes);
}

static void no_two_chunks_have_the_same_id(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_PACKED);
  send.ack = true;
  enum { CHUNKS = 200 };
  static char ids[2 * CHUNKS][SIFT_GEN_ID_BYTES];
  for (uint64_t connection = 0; connection < 2; connection++) {
    struct sift_gen_forward forward;
    assert_int_equal(sift_gen_forward_init(&forward, &send, connection), SIFT_OK);
    for (size_t i = 0; i < CHUNKS; i++) {
      struct sift_gen_parcel parcel = {0};
      struct sift_gen_record record = record_of("same");
      sift_gen_forward_put(&forward, &parcel, &record);
      assert_int_equal(sift_gen_forward_close(&forward, &parcel), SIFT_OK);
      memcpy(ids[connection * CHUNKS + i], parcel.id, SIFT_GEN_ID_BYTES);
      sift_gen_text_release(&parcel.bytes);
    }
    sift_gen_forward_release(&forward);
  }
  for (size_t i = 0; i < 2 * (size_t)CHUNKS; i++) {
    for (size_t k = 0; k < i; k++) {
      assert_memory_not_equal(ids[i], ids[k], SIFT_GEN_ID_BYTES);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_packed_chunk_holds_entries_as_bytes),
      cmocka_unit_test(a_forward_chunk_holds_entries_as_an_array),
      cmocka_unit_test(a_compressed_chunk_says_how),
      cmocka_unit_test(messages_hold_a_record_each),
      cmocka_unit_test(records_of_kubernetes_come_in_nested_entries),
      cmocka_unit_test(no_two_chunks_have_the_same_id),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
