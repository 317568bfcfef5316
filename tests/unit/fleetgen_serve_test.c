/* What is sent is what the listeners' own templates understand: Space, channel, time and text arrive as they were made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/live.h"
#include "tools/fleetgen/encode.h"

static const struct sift_gen_record records[] = {
    {.index = 1,
     .space = {"ann/cat-demo", 12},
     .channel = SIFT_GEN_BUILD,
     .time_ns = INT64_C(1741286774854000000),
     .text = {"one", 3}},
    {.index = 2,
     .space = {"bo.b/x_y", 8},
     .channel = SIFT_GEN_RUN,
     .time_ns = INT64_C(1741286775001000000),
     .text = {"a \"b\" \\", 7}},
    {.index = 3, .space = {"c/d", 3}, .channel = SIFT_GEN_PLATFORM, .time_ns = INT64_C(1741286776000000000), .text = {"", 0}},
};
enum { RECORDS = sizeof records / sizeof records[0] };

static const char told[] = "R ann/cat-demo|build|1741286774.854000000|one\n"
                           "R bo.b/x_y|run|1741286775.001000000|a \"b\" \\\n"
                           "R c/d|platform|1741286776.000000000|\n";

static struct sift_gen_send_options options_of(enum sift_gen_protocol protocol) {
  struct sift_gen_send_options send;
  sift_gen_send_options_init(&send);
  send.target.protocol = protocol;
  return send;
}

static void encode(const struct sift_gen_send_options *send, struct sift_gen_parcel *parcel) {
  struct sift_gen_encoder *encoder;
  *parcel = (struct sift_gen_parcel){0};
  assert_int_equal(sift_gen_encoder_new(&encoder, send, 1, 2), SIFT_OK);
  for (size_t i = 0; i < RECORDS; i++) {
    assert_int_equal(sift_gen_encoder_add(encoder, parcel, &records[i]), SIFT_OK);
  }
  assert_int_equal(sift_gen_encoder_close(encoder, parcel), SIFT_OK);
  assert_int_equal(sift_gen_encoder_end(encoder, parcel), SIFT_OK);
  sift_gen_encoder_free(encoder);
}

static void expect(const struct sift_gen_send_options *send, enum sift_protocol_kind kind, live_protocol_new *make) {
  struct sift_origin *origin;
  struct sift_gen_parcel parcel;
  struct live out;
  char error[200];
  size_t left = 0;
  assert_int_equal(sift_origin_new(&origin, kind, NULL, NULL, NULL, NULL, error, sizeof error), SIFT_OK);
  encode(send, &parcel);
  live_init(&out, origin);
  live_run(&out, make, sift_span(parcel.bytes.bytes, parcel.bytes.len), 0, &left);
  assert_int_equal(out.status, SIFT_OK);
  assert_int_equal(out.damages, 0);
  assert_string_equal(out.log, told);
  live_release(&out);
  sift_gen_text_release(&parcel.bytes);
  sift_origin_free(origin);
}

static void lines_arrive(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_LINES);
  for (int shape = SIFT_GEN_PLAIN; shape <= SIFT_GEN_KUBERNETES; shape++) {
    for (int way = SIFT_GEN_ZSTD; way <= SIFT_GEN_NONE; way++) {
      send.record = (enum sift_gen_record_shape)shape;
      send.compression = (enum sift_gen_compression)way;
      expect(&send, SIFT_PROTOCOL_LINES, sift_lines_protocol_new);
    }
  }
}

static void forward_arrives(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_FORWARD);
  for (int shape = SIFT_GEN_PLAIN; shape <= SIFT_GEN_KUBERNETES; shape++) {
    for (int mode = SIFT_GEN_MESSAGE; mode <= SIFT_GEN_COMPRESSED; mode++) {
      send.record = (enum sift_gen_record_shape)shape;
      send.mode = (enum sift_gen_mode)mode;
      send.compression = shape == SIFT_GEN_PLAIN ? SIFT_GEN_ZSTD : SIFT_GEN_GZIP;
      expect(&send, SIFT_PROTOCOL_FORWARD, sift_forward_protocol_new);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_arrive),
      cmocka_unit_test(forward_arrives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
