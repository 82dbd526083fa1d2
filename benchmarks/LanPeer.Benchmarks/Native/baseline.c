// What a program close to the kernel does, for the figures to be compared with. Loopback only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <immintrin.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 1000
#define SLOT 2048

// Nanoseconds of CPU this thread has used.
uint64_t lp_thread_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Binds a thread to one core, or with -1 to all.
int lp_pin(int thread, int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < 64; i++) {
        if (core < 0 || core == i) CPU_SET(i, &set);
    }
    return sched_setaffinity(thread, sizeof set, &set);
}

static struct sockaddr_in place(uint16_t port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return a;
}

struct fan {
    struct mmsghdr messages[BATCH];
    struct iovec piece;
    struct sockaddr_in places[BATCH];
    int count;
    char bytes[65536];
};

// Everything is set up before: what is measured is the system calls.
struct fan *lp_fan_new(const uint16_t *ports, int count, const char *bytes, int length) {
    struct fan *f = calloc(1, sizeof *f);
    memcpy(f->bytes, bytes, (size_t)length);
    f->piece = (struct iovec){f->bytes, (size_t)length};
    f->count = count;
    for (int i = 0; i < count; i++) {
        f->places[i] = place(ports[i]);
        f->messages[i].msg_hdr.msg_name = &f->places[i];
        f->messages[i].msg_hdr.msg_namelen = sizeof f->places[i];
        f->messages[i].msg_hdr.msg_iov = &f->piece;
        f->messages[i].msg_hdr.msg_iovlen = 1;
    }
    return f;
}

int lp_fan_send(struct fan *f, int socket, int rounds) {
    int sent = 0;
    for (int r = 0; r < rounds; r++) {
        for (int done = 0; done < f->count;) {
            int n = sendmmsg(socket, f->messages + done, (unsigned)(f->count - done), 0);
            if (n <= 0) return sent;
            done += n;
            sent += n;
        }
    }
    return sent;
}

void lp_fan_free(struct fan *f) { free(f); }

// Waits for many sockets at once.
int lp_poll_new(const int *sockets, int count) {
    int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count && poll >= 0; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, sockets[i], &e)) {
            close(poll);
            poll = -1;
        }
    }
    return poll;
}

// Gives which of the sockets have something, in the order they were named in lp_poll_new.
int lp_poll_wait(int poll, int *ready, int max, int milliseconds) {
    struct epoll_event e[64];
    int n = epoll_wait(poll, e, max < 64 ? max : 64, milliseconds);
    for (int i = 0; i < n; i++) ready[i] = (int)e[i].data.u32;
    return n;
}

void lp_poll_free(int poll) { close(poll); }

// Takes everything out of many sockets; the last datagram of the first socket that had one stays in sample.
int lp_drain(const int *sockets, int count, char *sample, int *sampleLength) {
    static __thread struct mmsghdr m[64];
    static __thread struct iovec v[64];
    static __thread char slots[64][SLOT];
    int total = 0;
    for (int s = 0; s < count; s++) {
        for (;;) {
            for (int i = 0; i < 64; i++) {
                v[i] = (struct iovec){slots[i], SLOT};
                memset(&m[i], 0, sizeof m[i]);
                m[i].msg_hdr.msg_iov = &v[i];
                m[i].msg_hdr.msg_iovlen = 1;
            }
            int n = recvmmsg(sockets[s], m, 64, MSG_DONTWAIT, NULL);
            if (n <= 0) break;
            total += n;
            if (sample && *sampleLength == 0) {
                *sampleLength = (int)m[n - 1].msg_len;
                memcpy(sample, slots[n - 1], m[n - 1].msg_len);
            }
            if (n < 64) break;
        }
    }
    return total;
}

// Receives that many datagrams; nanoseconds of CPU it took.
uint64_t lp_receive(int socket, int count) {
    static __thread struct mmsghdr m[32];
    static __thread struct iovec v[32];
    static __thread struct sockaddr_in from[32];
    static __thread char slots[32][SLOT];
    uint64_t start = lp_thread_cpu();
    for (int got = 0; got < count;) {
        for (int i = 0; i < 32; i++) {
            v[i] = (struct iovec){slots[i], SLOT};
            m[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &v[i], .msg_iovlen = 1};
        }
        int n = recvmmsg(socket, m, 32, MSG_WAITFORONE, NULL);
        if (n < 0) return 0;
        got += n;
    }
    return lp_thread_cpu() - start;
}

struct echo {
    int socket;
    int rounds;
    int length;
    int core;
};

static void *echo_main(void *p) {
    struct echo *e = p;
    char b[SLOT];
    lp_pin(0, e->core);
    struct sockaddr_in from;
    for (int i = 0; i < e->rounds; i++) {
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(e->socket, b, sizeof b, 0, (struct sockaddr *)&from, &size);
        if (n < 0) return NULL;
        sendto(e->socket, b, (size_t)n, 0, (struct sockaddr *)&from, size);
    }
    return NULL;
}

static int bound(struct sockaddr_in *a) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    *a = place(0);
    socklen_t size = sizeof *a;
    struct timeval patience = {5, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (bind(s, (struct sockaddr *)a, sizeof *a) || getsockname(s, (struct sockaddr *)a, &size)) return -1;
    return s;
}

struct relay {
    int socket;
    int rounds;
    int core;
    sem_t came;
};

static void *relay_main(void *argument) {
    struct relay *r = argument;
    lp_pin(0, r->core);
    char bytes[SLOT];
    for (int i = 0; i < r->rounds; i++) {
        if (recvfrom(r->socket, bytes, sizeof bytes, 0, NULL, NULL) < 0) break;
        sem_post(&r->came);
    }
    return NULL;
}

// Blocking ping-pong between two threads; the time of each round trip in nanoseconds. Relayed, a third thread receives what
// comes back and wakes the one that waits, as it is where one thread receives for many that wait.
int lp_ping_pong(int rounds, int length, int core, int relayed, double *times) {
    struct sockaddr_in here, there;
    int a = bound(&here), b = bound(&there);
    if (a < 0 || b < 0) return -1;
    struct echo e = {b, rounds, length, core};
    struct relay r = {.socket = a, .rounds = rounds, .core = core};
    sem_init(&r.came, 0, 0);
    pthread_t thread, receiver;
    if (pthread_create(&thread, NULL, echo_main, &e)) return -1;
    if (relayed && pthread_create(&receiver, NULL, relay_main, &r)) return -1;
    lp_pin(0, core);
    char bytes[SLOT];
    memset(bytes, 'x', sizeof bytes);
    int i = 0;
    for (; i < rounds; i++) {
        uint64_t start = now();
        sendto(a, bytes, (size_t)length, 0, (struct sockaddr *)&there, sizeof there);
        if (relayed ? sem_wait(&r.came) : recvfrom(a, bytes, sizeof bytes, 0, NULL, NULL) < 0) break;
        times[i] = (double)(now() - start);
    }
    pthread_join(thread, NULL);
    if (relayed) pthread_join(receiver, NULL);
    lp_pin(0, -1);
    close(a);
    close(b);
    return i;
}

// Finds every line feed and colon of a text, 32 bytes at a time: what a parser has to look at, and no more.
#ifdef __AVX2__
int lp_scan(const char *text, int length) {
    int found = 0;
    const __m256i feed = _mm256_set1_epi8('\n'), colon = _mm256_set1_epi8(':');
    int i = 0;
    for (; i + 32 <= length; i += 32) {
        __m256i block = _mm256_loadu_si256((const __m256i *)(text + i));
        __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(block, feed), _mm256_cmpeq_epi8(block, colon));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(hit);
        while (mask) {
            found += i + __builtin_ctz(mask);
            mask &= mask - 1;
        }
    }
    for (; i < length; i++) {
        if (text[i] == '\n' || text[i] == ':') found += i;
    }
    return found;
}
#endif

// Scans a text many times; nanoseconds of CPU.
uint64_t lp_scan_many(const char *text, int length, int rounds) {
#ifdef __AVX2__
    volatile int sink = 0;
    uint64_t start = lp_thread_cpu();
    for (int i = 0; i < rounds; i++) sink += lp_scan(text, length);
    return lp_thread_cpu() - start;
#else
    (void)text; (void)length; (void)rounds;
    return 0;
#endif
}
