#include "tools/fleetgen/send.h"

#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/harmless.h"
#include "tools/fleetgen/directory.h"
#include "tools/fleetgen/truth.h"

enum { STACK_BYTES = 512 * 1024 };

/* A connection and its thread. */
struct line {
  struct sift_gen_sender sender;
  enum sift_status (*job)(struct sift_gen_sender *sender);
  enum sift_status status;
  uint64_t first;
  size_t count;
  pthread_t thread;
};

struct sending {
  const struct sift_gen_fleet *fleet;
  const struct sift_gen_options *options;
  struct sift_gen_credentials credentials;
  struct ssl_ctx_st *tls;
  struct sift_gen_pace pace;
  struct line *lines;
  size_t count;
};

static uint64_t salt_make(const struct sift_gen_options *options, uint64_t connection) {
  uint64_t salt = sift_rng_mix(options->fleet.seed, connection);
  if (options->send.ids == SIFT_GEN_IDS_RANDOM) {
    (void)RAND_bytes((unsigned char *)&salt, sizeof salt); /* where it fails, the seed's will do */
  }
  return salt;
}

static enum sift_status lines_init(struct sending *sending) {
  uint64_t spaces = sending->fleet->config.spaces;
  uint64_t count = sending->options->send.connections;
  sending->lines = calloc(count, sizeof(*sending->lines));
  if (sending->lines == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint64_t i = 0; i < count; i++) {
    struct line *line = &sending->lines[i];
    struct sift_gen_sender_config config = {.fleet = sending->fleet,
                                            .send = &sending->options->send,
                                            .credentials = &sending->credentials,
                                            .tls = sending->tls,
                                            .pace = &sending->pace,
                                            .salt = salt_make(sending->options, i)};
    line->first = spaces * i / count;
    line->count = (size_t)(spaces * (i + 1) / count - line->first);
    sending->count++;
    enum sift_status status = sift_gen_sender_init(&line->sender, &config, line->first, line->count);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return SIFT_OK;
}

static void *line_run(void *argument) {
  struct line *line = argument;
  line->status = line->job(&line->sender);
  return NULL;
}

/* Does `job` for all connections at a time; the first that fails counts. SIFT_ELIMIT: the system gives no more threads. */
static enum sift_status lines_run(struct sending *sending, enum sift_status (*job)(struct sift_gen_sender *sender)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  size_t started = 0;
  for (; started < sending->count; started++) {
    struct line *line = &sending->lines[started];
    line->job = job;
    line->status = SIFT_OK;
    if (pthread_create(&line->thread, &attributes, line_run, line) != 0) {
      break;
    }
  }
  pthread_attr_destroy(&attributes);
  enum sift_status status = started == sending->count ? SIFT_OK : SIFT_ELIMIT;
  for (size_t i = 0; i < started; i++) {
    pthread_join(sending->lines[i].thread, NULL);
    status = status == SIFT_OK ? sending->lines[i].status : status;
  }
  return status;
}

static void delivery_sum(const struct sending *sending, struct sift_gen_delivery *delivery) {
  for (size_t i = 0; i < sending->count; i++) {
    const struct sift_gen_sent *sent = &sending->lines[i].sender.sent;
    delivery->sent.lines += sent->lines;
    delivery->sent.text_bytes += sent->text_bytes;
    delivery->sent.bytes += sent->bytes;
    delivery->sent.chunks += sent->chunks;
    delivery->sent.acks += sent->acks;
    delivery->sent.resent += sent->resent;
    delivery->sent.reconnects += sent->reconnects;
    sift_gen_latency_merge(&delivery->sent.latency, &sent->latency);
    delivery->broken += sending->lines[i].status != SIFT_OK;
  }
}

/* Why the first connection failed that did. */
static void explain(const struct sending *sending, enum sift_status status, char *error, size_t error_size) {
  if (status == SIFT_ELIMIT) {
    snprintf(error, error_size, "the system starts no more threads, and each connection has its own; type a smaller --connections");
    return;
  }
  for (size_t i = 0; i < sending->count; i++) {
    const struct line *line = &sending->lines[i];
    if (line->status == SIFT_EIO || line->status == SIFT_EFORMAT) {
      snprintf(error, error_size, "%.200s: %s", sending->options->send.target.url, line->sender.error);
      return;
    }
  }
}

static enum sift_status truth_write(const struct sending *sending, char *error, size_t error_size) {
  uint64_t spaces = sending->fleet->config.spaces;
  struct sift_gen_sum *sums = calloc(spaces, sizeof(*sums));
  if (sums == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < sending->count; i++) {
    const struct line *line = &sending->lines[i];
    for (size_t k = 0; k < line->count; k++) {
      sums[line->first + k] = sift_gen_stream_sum(line->sender.stream, k);
    }
  }
  enum sift_status status = sift_gen_truth_write(sending->fleet, sums, sending->options->out, error, error_size);
  free(sums);
  return status;
}

static enum sift_status all_send(struct sending *sending, struct sift_gen_delivery *delivery) {
  enum sift_status status = lines_init(sending);
  if (status == SIFT_OK && sending->options->send.preload) {
    status = lines_run(sending, sift_gen_sender_preload);
  }
  if (status != SIFT_OK) {
    return status;
  }
  sending->pace.start_ns = sift_gen_link_now();
  status = lines_run(sending, sift_gen_sender_run);
  delivery->seconds = (double)(sift_gen_link_now() - sending->pace.start_ns) / 1e9;
  return status;
}

enum sift_status sift_gen_send(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options,
                               struct sift_gen_delivery *delivery, char *error, size_t error_size) {
  struct sending sending = {.fleet = fleet, .options = options, .pace = {.rate = options->send.rate}};
  *delivery = (struct sift_gen_delivery){0};
  enum sift_status status = sift_gen_credentials_load(&sending.credentials, &options->send, error, error_size);
  if (status == SIFT_OK && options->send.target.tls) {
    status = sift_gen_tls_new(&sending.tls, &options->send, error, error_size);
  }
  if (status == SIFT_OK && options->out != NULL) {
    status = sift_gen_directory_prepare(options->out, options->force, error, error_size);
  }
  if (status == SIFT_OK) {
    status = all_send(&sending, delivery);
    delivery_sum(&sending, delivery);
    if (status != SIFT_OK) {
      explain(&sending, status, error, error_size);
    } else if (options->out != NULL) {
      status = truth_write(&sending, error, error_size);
    }
  }
  for (size_t i = 0; i < sending.count; i++) {
    sift_gen_sender_release(&sending.lines[i].sender);
  }
  free(sending.lines);
  SSL_CTX_free(sending.tls);
  return status;
}

static double rate_of(double amount, double seconds) {
  return seconds > 0 ? amount / seconds : 0;
}

static double quantile_ms(const struct sift_gen_delivery *delivery, double share) {
  return (double)sift_gen_latency_quantile(&delivery->sent.latency, share) / 1e6;
}

static void json_print(const struct sift_gen_delivery *delivery) {
  const struct sift_gen_sent *sent = &delivery->sent;
  printf("{\"lines\":%llu,\"text_bytes\":%llu,\"bytes\":%llu,\"chunks\":%llu,\"acks\":%llu,\"resent\":%llu,\"reconnects\":%llu,"
         "\"broken\":%llu,\"seconds\":%.6f,\"ack_p50_ms\":%.3f,\"ack_p99_ms\":%.3f,\"ack_max_ms\":%.3f}\n",
         (unsigned long long)sent->lines, (unsigned long long)sent->text_bytes, (unsigned long long)sent->bytes,
         (unsigned long long)sent->chunks, (unsigned long long)sent->acks, (unsigned long long)sent->resent,
         (unsigned long long)sent->reconnects, (unsigned long long)delivery->broken, delivery->seconds, quantile_ms(delivery, 0.5),
         quantile_ms(delivery, 0.99), (double)sent->latency.max_ns / 1e6);
}

static void acks_print(const struct sift_gen_delivery *delivery) {
  const struct sift_gen_sent *sent = &delivery->sent;
  printf("%llu of %llu chunks acknowledged", (unsigned long long)sent->acks, (unsigned long long)sent->chunks);
  if (sent->acks > 0) {
    printf(", half of them within %.1f ms, 99 %% within %.1f ms, all within %.1f ms", quantile_ms(delivery, 0.5),
           quantile_ms(delivery, 0.99), (double)sent->latency.max_ns / 1e6);
  }
  putchar('\n');
  if (sent->resent > 0 || sent->reconnects > 0) {
    printf("%llu chunks sent again over %llu new connections\n", (unsigned long long)sent->resent,
           (unsigned long long)sent->reconnects);
  }
}

void sift_gen_delivery_print(const struct sift_gen_delivery *delivery, const struct sift_gen_fleet *fleet,
                             const struct sift_gen_options *options) {
  const struct sift_gen_sent *sent = &delivery->sent;
  if (options->send.json) {
    json_print(delivery);
    return;
  }
  sift_harmless_print(sift_span_of(options->send.target.url), stdout);
  printf(": %llu Spaces, %llu faulty (%llu of them in the incident)\n", (unsigned long long)fleet->config.spaces,
         (unsigned long long)fleet->fault_spaces, (unsigned long long)fleet->incident_spaces);
  printf("%llu lines, %.1f MB of log text, sent as %.1f MB", (unsigned long long)sent->lines, (double)sent->text_bytes / 1e6,
         (double)sent->bytes / 1e6);
  if (sent->chunks > 0) {
    printf(" in %llu chunks", (unsigned long long)sent->chunks);
  }
  printf(", in %.2f s: %.0f lines/s, %.1f MB/s\n", delivery->seconds, rate_of((double)sent->lines, delivery->seconds),
         rate_of((double)sent->bytes, delivery->seconds) / 1e6);
  if (options->send.ack) {
    acks_print(delivery);
  }
}
