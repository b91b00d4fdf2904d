package shop.payments;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;

public record PaymentRequest(@NotBlank String orderId, @Positive long cents) {
}
