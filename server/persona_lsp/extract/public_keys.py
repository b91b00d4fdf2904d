"""Credentials that their providers publish, for tests and for emulators: they open nothing.

Kept as written in the documentation that stands beside each. Values that call themselves a test or an example
(`sk_test_...`, `AKIAIOSFODNN7EXAMPLE`) need no row: they are known by that word.
"""

from typing import Final

PUBLIC: Final = frozenset(
    {
        # reCAPTCHA, "I'd like to run automated tests": https://developers.google.com/recaptcha/docs/faq
        b"6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI",
        b"6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe",
        # hCaptcha, "Integration testing": https://docs.hcaptcha.com/#integration-testing-test-keys
        b"10000000-ffff-ffff-ffff-000000000001",
        b"20000000-ffff-ffff-ffff-000000000002",
        b"30000000-ffff-ffff-ffff-000000000003",
        b"0x0000000000000000000000000000000000000000",
        # Turnstile: https://developers.cloudflare.com/turnstile/troubleshooting/testing/
        b"1x00000000000000000000AA",
        b"2x00000000000000000000AB",
        b"1x00000000000000000000BB",
        b"2x00000000000000000000BB",
        b"3x00000000000000000000FF",
        b"1x0000000000000000000000000000000AA",
        b"2x0000000000000000000000000000000AA",
        b"3x0000000000000000000000000000000AA",
        # Azurite: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
        b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        # The emulator of Cosmos DB: https://learn.microsoft.com/azure/cosmos-db/emulator
        b"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
        # MinIO's public server: https://min.io/docs/minio/linux/reference/minio-mc.html
        b"Q3AM3UQ867SPQQA43P2F",
        b"zuf+tfteSlswRu7BJ86wekitnifILbZam1KYY3TG",
    }
)
PUBLISHED: Final = (
    # PostHog's project key only writes events: https://posthog.com/docs/api
    b"phc_",
    # Stripe's publishable keys: https://docs.stripe.com/keys
    b"pk_live_",
    b"pk_test_",
)
"""How keys begin that their providers mean to be seen by everybody."""
