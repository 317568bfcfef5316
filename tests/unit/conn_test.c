#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/loop_support.h"
#include "tests/unit/tls_support.h"

static void lines_come_in_whatever_pieces(void **state) {
  struct world *world = *state;
  static const char text[] = "--> RUN x\nNo module named 'x'\nDONE\nWarning: left over";
  int fd = world_connect(world, PORT_LINES);
  for (size_t i = 0; i < sizeof text - 1; i++) {
    world_send(world, fd, text + i, 1);
  }
  shutdown(fd, SHUT_WR);
  world_tick(world);
  assert_string_equal(world_heard(fd), "<end>");
  assert_int_equal(world_closed(world, PORT_LINES, SIFT_CLOSE_PEER), 1);
  world_expect(world,
               "a/b 4\n  module demoted x1 No module named 'x'|x|\n  ok x1 \n  start x1 \n  warning x1 Warning: left over\n");
  close(fd);
}

static void a_connection_that_says_nothing_holds_no_memory(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_LINES);
  world_say(world, fd, "a line\n");
  world_tick(world);
  assert_int_equal(world->loop->queued, 0);
  world_say(world, fd, "half a li");
  assert_true(world->loop->queued > 0 && world->loop->queued < 8192);
  close(fd);
}

static void a_large_frame_is_held_against_the_limit_and_let_go(void **state) {
  struct world *world = *state;
  enum { SIZE = 900 * 1000 };
  char *line = malloc(SIZE);
  int fd = world_connect(world, PORT_LINES);
  memset(line, 'x', SIZE);
  world_send(world, fd, line, SIZE);
  assert_true(world->hub.budget.used >= SIZE);
  world_say(world, fd, "\n");
  world_tick(world);
  assert_int_equal(world->loop->queued, 0);
  char want[32];
  snprintf(want, sizeof want, "a/b 1\n");
  world_expect(world, want);
  free(line);
  close(fd);
}

static void what_is_beyond_help_closes_the_connection_and_no_other(void **state) {
  struct world *world = *state;
  int bad = world_connect(world, PORT_FORWARD);
  int good = world_connect(world, PORT_FORWARD);
  world_say(world, bad, "\xc1\xc1\xc1\xc1 this is no Forward");
  world_forward(world, good, "a/b", "Warning: w", NULL);
  world_tick(world);
  assert_string_equal(world_heard(bad), "<end>");
  assert_int_equal(world_closed(world, PORT_FORWARD, SIFT_CLOSE_PROTOCOL), 1);
  assert_int_equal(world->loop->counters.listeners[PORT_FORWARD].open, 1);
  world_expect(world, "a/b 1\n  warning x1 Warning: w\n");
  close(bad);
  close(good);
}

static void a_frame_that_does_not_complete_times_out(void **state) {
  struct world *world = *state;
  world->hub.frame_timeout_ms = 1000;
  int fd = world_connect(world, PORT_LINES);
  world_say(world, fd, "Warning: half");
  struct sift_conn *conn = world->loop->conns;
  int64_t now = sift_monotonic_ns();
  sift_conn_check(conn, now);
  assert_ptr_equal(world->loop->conns, conn);
  sift_conn_check(conn, now + INT64_C(1100000000));
  assert_null(world->loop->conns);
  assert_int_equal(world_closed(world, PORT_LINES, SIFT_CLOSE_FRAME_TIMEOUT), 1);
  world_tick(world);
  world_expect(world, "a/b 1\n  warning x1 Warning: half\n"); /* what there is of it counts */
  close(fd);
}

static void silence_times_out_unless_it_is_ours(void **state) {
  struct world *world = *state;
  world->hub.idle_timeout_ms = 1000;
  int fd = world_connect(world, PORT_FORWARD);
  struct sift_conn *conn = world->loop->conns;
  int64_t late = sift_monotonic_ns() + INT64_C(2000000000);
  world->loop->paused = true;
  sift_conn_check(conn, late); /* nothing is read */
  world->loop->paused = false;
  sift_conn_check(conn, late + 1);
  conn->acks = 1; /* it waits for us */
  sift_conn_check(conn, late + INT64_C(2000000000));
  assert_ptr_equal(world->loop->conns, conn);
  conn->acks = 0;
  sift_conn_check(conn, late + INT64_C(2000000000));
  assert_null(world->loop->conns);
  assert_int_equal(world_closed(world, PORT_FORWARD, SIFT_CLOSE_IDLE), 1);
  close(fd);
}

static void answers_that_do_not_fit_at_once_are_sent_in_order(void **state) {
  struct world *world = *state;
  enum { ANSWERS = 1000 };
  int fd = world_connect(world, PORT_FORWARD);
  char want[16];
  char got[16];
  for (unsigned i = 0; i < ANSWERS; i++) {
    snprintf(want, sizeof want, "answer %08u", i);
    assert_int_equal(sift_conn_send(world->loop->conns, sift_span(want, 15)), SIFT_OK);
  }
  assert_true(world->loop->conns->out_len > 0);
  for (unsigned i = 0; i < ANSWERS; i++) {
    snprintf(want, sizeof want, "answer %08u", i);
    for (size_t len = 0; len < 15;) {
      ssize_t more = recv(fd, got + len, 15 - len, 0);
      assert_true(more > 0 || errno == EAGAIN);
      len += more > 0 ? (size_t)more : 0;
      world_turn(world);
    }
    assert_memory_equal(got, want, 15);
  }
  assert_int_equal(world->loop->conns->out_len, 0);
  close(fd);
}

static void over_the_memory_limit_the_newest_is_dropped_where_that_is_wanted(void **state) {
  struct world *world = *state;
  world->hub.drop_newest = true;
  int fd = world_connect(world, PORT_LINES);
  int forward = world_connect(world, PORT_FORWARD);
  sift_budget_take(&world->hub.budget, world->hub.budget.limit);
  world_say(world, fd, "Warning: a\nWarning: b\n");
  world_forward(world, forward, "a/b", "Warning: c", NULL);
  sift_budget_give(&world->hub.budget, world->hub.budget.limit);
  world_say(world, fd, "Warning: d\n");
  world_tick(world);
  assert_int_equal(world->loop->counters.drops[SIFT_DROP_OVERFLOW], 3);
  assert_int_equal(world->loop->counters.damage[SIFT_REASON_OVERFLOW_DROPPED], 3);
  world_expect(world, "a/b 1\n  warning x1 Warning: d\n");
  close(fd);
  close(forward);
}

static void over_the_memory_limit_nothing_is_read_otherwise(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_LINES);
  sift_budget_take(&world->hub.budget, world->hub.budget.limit);
  assert_true(send(fd, "Warning: a\n", 11, 0) == 11);
  world_turn(world);
  assert_int_equal(world->loop->counters.listeners[PORT_LINES].bytes, 0);
  sift_budget_give(&world->hub.budget, world->hub.budget.limit);
  world_tick(world);
  world_expect(world, "a/b 1\n  warning x1 Warning: a\n");
  close(fd);
}

static void a_chunk_that_broke_off_may_come_again(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  world->loop->conns->chunk = sift_chunk_key(sift_span_of("1"));
  world->loop->conns->chunk_kind = SIFT_CHUNK_OWN;
  uint64_t seq = 0;
  sift_chunk_ids_take(world->hub.ids, sift_chunk_key(sift_span_of("1")), sift_realtime_ns(), &seq);
  close(fd);
  world_turn(world);
  fd = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "Warning: w", "1");
  world_tick(world);
  assert_int_equal(strncmp(world_heard(fd), "\x81\xa3", 2), 0);
  world_expect(world, "a/b 1\n  warning x1 Warning: w\n");
  close(fd);
}

/* ---- TLS ---- */

/* Until `done`, or too long. */
static bool turn_until(struct world *world, SSL *ssl, int (*step)(SSL *ssl)) {
  for (int i = 0; i < 1000; i++) {
    if (step(ssl) == 1) {
      return true;
    }
    world_turn(world);
  }
  return false;
}

static void what_comes_over_tls_counts_to_its_last_byte_even_over_the_limit(void **state) {
  struct world *world = *state;
  char directory[TEST_PATH_BYTES];
  char path[TEST_PATH_BYTES + 32];
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  SSL_CTX *client = SSL_CTX_new(TLS_client_method());
  make_directory(directory);
  make_pair(directory, "s", NULL);
  snprintf(path, sizeof path, "%s/s.pem", directory);
  assert_int_equal(SSL_CTX_use_certificate_file(context, path, SSL_FILETYPE_PEM), 1);
  snprintf(path, sizeof path, "%s/s.key", directory);
  assert_int_equal(SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM), 1);
  remove_directory(directory);
  world->ports[PORT_LINES].tls = context;
  int fd = world_connect(world, PORT_LINES);
  SSL *ssl = SSL_new(client);
  SSL_set_fd(ssl, fd);
  assert_true(turn_until(world, ssl, SSL_connect));
  assert_int_equal(SSL_write(ssl, "Warning: a\nWarn", 15), 15);
  world_turn(world);
  sift_budget_take(&world->hub.budget, world->hub.budget.limit);
  assert_int_equal(SSL_write(ssl, "ing: b\n", 7), 7);
  SSL_shutdown(ssl);
  shutdown(fd, SHUT_WR);
  world_turn(world);
  assert_null(world->loop->conns); /* nothing would call for it again */
  sift_budget_give(&world->hub.budget, world->hub.budget.limit);
  world_tick(world);
  world_expect(world, "a/b 2\n  warning x2 Warning: b\n");
  SSL_free(ssl);
  close(fd);
  world->ports[PORT_LINES].tls = NULL;
  SSL_CTX_free(client);
  SSL_CTX_free(context);
}

static void who_speaks_no_tls_is_closed(void **state) {
  struct world *world = *state;
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  world->ports[PORT_LINES].tls = context;
  int fd = world_connect(world, PORT_LINES);
  world_say(world, fd, "Warning: this is no TLS\n");
  world_tick(world);
  assert_null(world->loop->conns);
  assert_int_equal(world_closed(world, PORT_LINES, SIFT_CLOSE_TLS), 1);
  world_expect(world, "");
  close(fd);
  world->ports[PORT_LINES].tls = NULL;
  SSL_CTX_free(context);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(lines_come_in_whatever_pieces),
      TEST(a_connection_that_says_nothing_holds_no_memory),
      TEST(a_large_frame_is_held_against_the_limit_and_let_go),
      TEST(what_is_beyond_help_closes_the_connection_and_no_other),
      TEST(a_frame_that_does_not_complete_times_out),
      TEST(silence_times_out_unless_it_is_ours),
      TEST(answers_that_do_not_fit_at_once_are_sent_in_order),
      TEST(over_the_memory_limit_the_newest_is_dropped_where_that_is_wanted),
      TEST(over_the_memory_limit_nothing_is_read_otherwise),
      TEST(a_chunk_that_broke_off_may_come_again),
      TEST(what_comes_over_tls_counts_to_its_last_byte_even_over_the_limit),
      TEST(who_speaks_no_tls_is_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
