#include "tools/fleetgen/sender.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define LINGER_NS (5 * SECOND_NS) /* for the server to read the rest and close */
#define BACKOFF_FIRST_NS (SECOND_NS / 20)
#define BACKOFF_MAX_NS SECOND_NS

enum { CAPACITY_FIRST = 256 };

enum sift_status sift_gen_sender_init(struct sift_gen_sender *sender, const struct sift_gen_sender_config *config, uint64_t first,
                                      size_t count) {
  *sender = (struct sift_gen_sender){.send = config->send, .credentials = config->credentials, .pace = config->pace};
  sift_gen_link_init(&sender->link, &config->send->target, config->tls);
  uint64_t seed = sift_rng_mix(config->fleet->config.seed, first * SIFT_GEN_CHANNELS);
  sender->capacity = config->send->ack ? config->send->window : 1;
  sender->parcels = calloc(sender->capacity, sizeof(*sender->parcels));
  sender->memo = sift_gen_memo_new();
  if (sender->parcels == NULL || sender->memo == NULL ||
      sift_gen_stream_new(&sender->stream, config->fleet, first, count) != SIFT_OK ||
      sift_gen_encoder_new(&sender->encoder, config->send, seed, config->salt) != SIFT_OK) {
    return SIFT_ENOMEM;
  }
  sift_gen_stream_remember(sender->stream, sender->memo);
  return SIFT_OK;
}

void sift_gen_sender_release(struct sift_gen_sender *sender) {
  sift_gen_link_close(&sender->link);
  for (size_t i = 0; sender->parcels != NULL && i < sender->capacity; i++) {
    sift_gen_text_release(&sender->parcels[i].bytes);
  }
  free(sender->parcels);
  sift_gen_encoder_free(sender->encoder);
  sift_gen_stream_free(sender->stream);
  sift_gen_memo_free(sender->memo);
}

static struct sift_gen_parcel *parcel_at(const struct sift_gen_sender *sender, uint64_t number) {
  return &sender->parcels[number % sender->capacity];
}

/* Makes the next parcel where there is room for it; the last one carries what ends the stream. */
static enum sift_status parcel_make(struct sift_gen_sender *sender) {
  struct sift_gen_parcel *parcel = parcel_at(sender, sender->made);
  struct sift_gen_record record;
  enum sift_status status = SIFT_OK;
  sift_gen_parcel_clear(parcel);
  while (status == SIFT_OK && (parcel->records == 0 || !sift_gen_encoder_full(sender->encoder, parcel))) {
    status = sift_gen_stream_next(sender->stream, &record);
    if (status == SIFT_OK) {
      status = sift_gen_encoder_add(sender->encoder, parcel, &record);
    }
  }
  sender->ended = status == SIFT_END;
  status = status == SIFT_END ? SIFT_OK : status;
  if (status == SIFT_OK && parcel->records > 0) {
    status = sift_gen_encoder_close(sender->encoder, parcel);
  }
  if (status == SIFT_OK && sender->ended) {
    status = sift_gen_encoder_end(sender->encoder, parcel);
  }
  sender->made += parcel->bytes.len > 0;
  return status;
}

/* To its exact size, as it is kept. */
static void parcel_shrink(struct sift_gen_parcel *parcel) {
  char *bytes = parcel->bytes.len > 0 ? realloc(parcel->bytes.bytes, parcel->bytes.len) : NULL;
  if (bytes != NULL) {
    parcel->bytes.bytes = bytes;
    parcel->bytes.capacity = parcel->bytes.len;
  }
}

static enum sift_status parcels_grow(struct sift_gen_sender *sender) {
  size_t capacity = sender->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : sender->capacity * 2;
  struct sift_gen_parcel *parcels = realloc(sender->parcels, capacity * sizeof(*parcels));
  if (parcels == NULL) {
    return SIFT_ENOMEM;
  }
  memset(parcels + sender->capacity, 0, (capacity - sender->capacity) * sizeof(*parcels));
  sender->parcels = parcels;
  sender->capacity = capacity;
  return SIFT_OK;
}

enum sift_status sift_gen_sender_preload(struct sift_gen_sender *sender) {
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && !sender->ended) {
    if (sender->made == sender->capacity) {
      status = parcels_grow(sender);
    }
    if (status == SIFT_OK) {
      uint64_t number = sender->made;
      status = parcel_make(sender);
      parcel_shrink(parcel_at(sender, number));
    }
  }
  return status;
}

static int64_t patience(const struct sift_gen_sender *sender) {
  return (int64_t)sender->send->timeout_s * SECOND_NS;
}

/* One attempt, the handshake included. */
static enum sift_status link_try(struct sift_gen_sender *sender, int64_t deadline_ns) {
  sender->inbox.begin = sender->inbox.end = 0;
  enum sift_status status = sift_gen_link_open(&sender->link, deadline_ns);
  if (status == SIFT_OK) {
    status = sift_gen_greet(sender->credentials, &sender->link, &sender->inbox, deadline_ns);
  }
  if (status != SIFT_OK) {
    sift_gen_link_close(&sender->link);
  }
  return status;
}

static void sleep_until(int64_t time_ns) {
  struct timespec until = {.tv_sec = (time_t)(time_ns / SECOND_NS), .tv_nsec = (long)(time_ns % SECOND_NS)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {}
}

/* Connects; with --retry again and again until nothing was acknowledged for too long. A server that refuses us does so once. */
static enum sift_status link_up(struct sift_gen_sender *sender) {
  int64_t backoff_ns = BACKOFF_FIRST_NS;
  int64_t give_up_ns = sender->waiting_ns + patience(sender);
  for (;;) {
    enum sift_status status = link_try(sender, give_up_ns);
    int64_t now_ns = sift_gen_link_now();
    if (status == SIFT_OK || status == SIFT_EFORMAT || !sender->send->retry || now_ns + backoff_ns > give_up_ns) {
      return status;
    }
    sleep_until(now_ns + backoff_ns);
    backoff_ns = backoff_ns * 2 < BACKOFF_MAX_NS ? backoff_ns * 2 : BACKOFF_MAX_NS;
  }
}

/* The connection is gone: a new one, over which all that waits for its ack goes once more. */
static enum sift_status link_renew(struct sift_gen_sender *sender) {
  sift_gen_link_close(&sender->link);
  sender->next = sender->base;
  enum sift_status status = link_up(sender);
  sender->sent.reconnects += status == SIFT_OK;
  return status;
}

static void ack_take(struct sift_gen_sender *sender, struct sift_span id) {
  int64_t now_ns = sift_gen_link_now();
  for (uint64_t i = sender->base; i < sender->made; i++) {
    struct sift_gen_parcel *parcel = parcel_at(sender, i);
    if (parcel->times_sent == 0) {
      return;
    }
    if (!parcel->acked && sift_span_equal(id, sift_span(parcel->id, sizeof parcel->id))) {
      parcel->acked = true;
      sender->sent.acks++;
      sender->waiting_ns = now_ns;
      sift_gen_latency_add(&sender->sent.latency, now_ns - parcel->sent_ns);
      break;
    }
  }
  while (sender->base < sender->next && parcel_at(sender, sender->base)->acked) {
    sender->base++;
  }
}

/* Takes the acks that are there; where there are none, waits for one until `deadline_ns` (0: does not). */
static enum sift_status acks_take(struct sift_gen_sender *sender, int64_t deadline_ns) {
  struct sift_gen_reply reply;
  for (;;) {
    enum sift_status status = sift_gen_inbox_next(&sender->inbox, &sender->link, deadline_ns, &reply);
    if (status == SIFT_END) {
      snprintf(sender->link.error, sizeof sender->link.error,
               "the server closed the connection while chunks waited for their acks");
      return SIFT_EIO;
    }
    if (status != SIFT_OK || reply.kind == SIFT_GEN_REPLY_SHORT) {
      return status;
    }
    if (reply.kind == SIFT_GEN_REPLY_HELO) {
      snprintf(sender->link.error, sizeof sender->link.error, "the server asks for a key: type --shared-key FILE");
      return SIFT_EFORMAT;
    }
    if (reply.kind == SIFT_GEN_REPLY_ACK) {
      ack_take(sender, reply.ack);
    }
    deadline_ns = 0;
  }
}

static enum sift_status pace_keep(struct sift_gen_sender *sender, const struct sift_gen_parcel *parcel) {
  if (parcel->records == 0) {
    return SIFT_OK;
  }
  int64_t due_ns = sift_gen_pace_due(sender->pace, parcel->records);
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && sift_gen_link_now() < due_ns) {
    if (sender->next > sender->base && sender->send->ack) {
      status = acks_take(sender, due_ns);
    } else {
      sleep_until(due_ns);
    }
  }
  return status;
}

/* Counted before it is sent: whether a parcel under way has arrived is for its ack to say. */
static void parcel_count(struct sift_gen_sender *sender, struct sift_gen_parcel *parcel) {
  if (parcel->times_sent++ == 0) {
    sender->sent.lines += parcel->records;
    sender->sent.text_bytes += parcel->text_bytes;
    sender->sent.chunks += parcel->messages;
  } else {
    sender->sent.resent += parcel->messages;
  }
  parcel->sent_ns = sift_gen_link_now();
}

static enum sift_status parcel_send(struct sift_gen_sender *sender) {
  struct sift_gen_parcel *parcel = parcel_at(sender, sender->next);
  enum sift_status status = SIFT_OK;
  if (parcel->times_sent == 0) {
    status = pace_keep(sender, parcel);
  }
  if (status != SIFT_OK) {
    return status;
  }
  if (sender->next == sender->base) {
    sender->waiting_ns = sift_gen_link_now();
  }
  sender->next++;
  if (!parcel->acked) {
    parcel_count(sender, parcel);
    status = sift_gen_link_send(&sender->link, parcel->bytes.bytes, parcel->bytes.len, patience(sender));
    sender->sent.bytes += status == SIFT_OK ? parcel->bytes.len : 0;
  }
  if (!sender->send->ack) {
    sender->base = sender->next;
    return status;
  }
  return status == SIFT_OK ? acks_take(sender, 0) : status;
}

/* The window is full, or everything is sent. */
static enum sift_status acks_await(struct sift_gen_sender *sender) {
  int64_t give_up_ns = sender->waiting_ns + patience(sender);
  if (sift_gen_link_now() >= give_up_ns) {
    snprintf(sender->link.error, sizeof sender->link.error, "%llu chunks wait for their acks, and none came for %llu s",
             (unsigned long long)(sender->next - sender->base), (unsigned long long)sender->send->timeout_s);
    return SIFT_EFORMAT; /* a new connection would change nothing */
  }
  return acks_take(sender, give_up_ns);
}

/* Makes, sends or waits, whichever comes next; SIFT_END once everything is sent, and acknowledged where that was asked for. */
static enum sift_status step(struct sift_gen_sender *sender) {
  if (sender->next == sender->made && !sender->ended && sender->made - sender->base < sender->capacity) {
    return parcel_make(sender);
  }
  if (sender->next < sender->made && sender->next - sender->base < (sender->send->ack ? sender->send->window : 1)) {
    return parcel_send(sender);
  }
  return sender->base == sender->made ? SIFT_END : acks_await(sender);
}

/* Without acks: says that no more will come and waits for the server to have read it all and close as well. */
static enum sift_status farewell(struct sift_gen_sender *sender) {
  char room[256];
  size_t got = 1;
  int64_t deadline_ns = sift_gen_link_now() + LINGER_NS;
  enum sift_status status = sift_gen_link_finish(&sender->link);
  while (status == SIFT_OK && got > 0) {
    status = sift_gen_link_receive(&sender->link, room, sizeof room, deadline_ns, &got);
  }
  return status == SIFT_END ? SIFT_OK : status;
}

/* A server that asks for a key says so and closes, and what it said may go down with the connection. */
static void error_take(struct sift_gen_sender *sender, enum sift_status status) {
  bool keyless = sender->send->target.protocol == SIFT_GEN_FORWARD && sender->credentials->shared_key[0] == '\0';
  bool cut = status == SIFT_EIO && sender->sent.lines > 0 && sender->sent.acks == 0;
  snprintf(sender->error, sizeof sender->error, "%.200s%s", sender->link.error,
           keyless && cut ? "; if the server asks for a key, type --shared-key FILE" : "");
}

enum sift_status sift_gen_sender_run(struct sift_gen_sender *sender) {
  sender->waiting_ns = sift_gen_link_now();
  enum sift_status status = link_up(sender);
  while (status == SIFT_OK) {
    status = step(sender);
    if (status == SIFT_EIO && sender->send->retry) {
      status = link_renew(sender);
    }
  }
  status = status == SIFT_END ? SIFT_OK : status;
  if (status == SIFT_OK && !sender->send->ack) {
    status = farewell(sender);
  }
  error_take(sender, status);
  sift_gen_link_close(&sender->link);
  return status;
}
