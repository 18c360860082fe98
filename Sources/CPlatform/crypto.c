// Hashes, CRC-32C, AES-256-GCM, chance and bcrypt.

#include "CPlatform.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// A fetched digest saves the look-up by name that the one-shot functions of OpenSSL 3 make on every call.
static EVP_MD *fetched_sha1;
static EVP_MD *fetched_sha256;
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_digests(void) {
    fetched_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    fetched_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static int digest(EVP_MD **kind, const void *bytes, size_t count, uint8_t *result) {
    pthread_once(&fetch_once, fetch_digests);
    if (!*kind) return 0;
    return EVP_Digest(bytes, count, result, NULL, *kind, NULL) == 1;
}

int cp_sha1(const void *bytes, size_t count, uint8_t *result) { return digest(&fetched_sha1, bytes, count, result); }

int cp_sha256(const void *bytes, size_t count, uint8_t *result) { return digest(&fetched_sha256, bytes, count, result); }

int cp_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *result) {
    if (key_count > INT32_MAX) return 0;
    // OpenSSL takes a null key for "the key of the call before", so an empty key needs an address.
    return HMAC(EVP_sha256(), key ? key : "", (int)key_count, bytes, count, result, NULL) != NULL;
}

int cp_equal_constant_time(const void *one, const void *other, size_t count) {
    return count == 0 || CRYPTO_memcmp(one, other, count) == 0;
}

// CRC-32C, reflected polynomial 0x82F63B78, eight tables for eight bytes a step.
static uint32_t crc_tables[8][256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void fill_crc_tables(void) {
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t crc = n;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        crc_tables[0][n] = crc;
    }
    for (uint32_t n = 0; n < 256; n++)
        for (int table = 1; table < 8; table++)
            crc_tables[table][n] = crc_tables[0][crc_tables[table - 1][n] & 0xFF] ^ (crc_tables[table - 1][n] >> 8);
}

uint32_t cp_crc32c_portable(uint32_t seed, const void *bytes, size_t count) {
    pthread_once(&crc_once, fill_crc_tables);
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    for (; count >= 8; count -= 8, p += 8) {
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
        crc = crc_tables[7][low & 0xFF] ^ crc_tables[6][low >> 8 & 0xFF] ^ crc_tables[5][low >> 16 & 0xFF] ^ crc_tables[4][low >> 24] ^
              crc_tables[3][p[4]] ^ crc_tables[2][p[5]] ^ crc_tables[1][p[6]] ^ crc_tables[0][p[7]];
    }
    while (count--) crc = crc_tables[0][(crc ^ *p++) & 0xFF] ^ (crc >> 8);
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_by_instruction(uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint64_t crc = ~seed;
    for (; count >= 8; count -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    uint32_t tail = (uint32_t)crc;
    while (count--) tail = _mm_crc32_u8(tail, *p++);
    return ~tail;
}

uint32_t cp_crc32c(uint32_t seed, const void *bytes, size_t count) {
    if (__builtin_cpu_supports("sse4.2")) return crc32c_by_instruction(seed, bytes, count);
    return cp_crc32c_portable(seed, bytes, count);
}
#else
uint32_t cp_crc32c(uint32_t seed, const void *bytes, size_t count) { return cp_crc32c_portable(seed, bytes, count); }
#endif

int cp_aes256gcm_seal(const uint8_t *key, const uint8_t *nonce, const void *aad, size_t aad_count, const void *plain, size_t count,
                      uint8_t *sealed) {
    if (aad_count > INT32_MAX || count > INT32_MAX - 16) return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return 0;
    int made = 0, last = 0;
    int done = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
               (aad_count == 0 || EVP_EncryptUpdate(context, NULL, &made, aad, (int)aad_count) == 1);
    made = 0;
    done = done && (count == 0 || EVP_EncryptUpdate(context, sealed, &made, plain, (int)count) == 1) &&
           EVP_EncryptFinal_ex(context, sealed + made, &last) == 1 && (size_t)(made + last) == count &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, sealed + count) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

int cp_aes256gcm_open(const uint8_t *key, const uint8_t *nonce, const void *aad, size_t aad_count, const void *sealed, size_t count,
                      uint8_t *plain) {
    if (aad_count > INT32_MAX || count < 16 || count > INT32_MAX) return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return 0;
    size_t plain_count = count - 16;
    uint8_t tag[16];
    memcpy(tag, (const uint8_t *)sealed + plain_count, 16);
    int made = 0, last = 0;
    int done = EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
               (aad_count == 0 || EVP_DecryptUpdate(context, NULL, &made, aad, (int)aad_count) == 1);
    made = 0;
    done = done && (plain_count == 0 || EVP_DecryptUpdate(context, plain, &made, sealed, (int)plain_count) == 1) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag) == 1 && EVP_DecryptFinal_ex(context, plain + made, &last) > 0 &&
           (size_t)(made + last) == plain_count;
    EVP_CIPHER_CTX_free(context);
    if (!done) OPENSSL_cleanse(plain, plain_count);
    return done;
}

int cp_random(void *bytes, size_t count) {
    uint8_t *p = bytes;
    while (count > 0) {
        ssize_t got = getrandom(p, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        p += got;
        count -= (size_t)got;
    }
    return 0;
}

int cp_crypt(const char *phrase, const char *setting, char *result, size_t capacity) {
    // 32 KB that must begin as zeros and hold traces of the phrase afterwards.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return 0;
    char *text = crypt_r(phrase, setting, data);
    // A refusal is NULL or a text that begins with '*': never a hash.
    int done = text && text[0] != '*' && strlen(text) < capacity;
    if (done) memcpy(result, text, strlen(text) + 1);
    OPENSSL_cleanse(data, sizeof *data);
    free(data);
    return done;
}
