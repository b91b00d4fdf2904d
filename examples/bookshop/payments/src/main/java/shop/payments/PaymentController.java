package shop.payments;

import jakarta.servlet.http.HttpSession;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/payments")
public class PaymentController {

    private static final Logger log = LoggerFactory.getLogger(PaymentController.class);

    private final PaymentRepository payments;
    private final CardGateway gateway;

    public PaymentController(PaymentRepository payments, CardGateway gateway) {
        this.payments = payments;
        this.gateway = gateway;
    }

    @GetMapping
    public Page<Payment> list(@RequestParam String orderId, Pageable pageable) {
        return payments.findAllByOrderId(orderId, pageable);
    }

    @GetMapping("/{id}")
    public ResponseEntity<Payment> read(@PathVariable Long id) {
        return payments.findById(id).map(ResponseEntity::ok).orElse(ResponseEntity.notFound().build());
    }

    @PostMapping
    public ResponseEntity<Payment> pay(@Valid @RequestBody PaymentRequest request, HttpSession session) {
        if (session.getAttribute("customer") == null) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        Payment payment = payments.save(new Payment(request.orderId(), request.cents()));
        return ResponseEntity.created(URI.create("/api/v1/payments/" + payment.getId())).body(payment);
    }

    @PostMapping("/{id}/capture")
    public ResponseEntity<Map<String, String>> capture(@PathVariable Long id) {
        Payment payment = payments.findById(id).orElse(null);
        if (payment == null) {
            return ResponseEntity.notFound().build();
        }
        try {
            gateway.capture(payment.getOrderId(), payment.getCents());
            payment.setStatus("captured");
            payments.save(payment);
        } catch (RuntimeException e) {
            log.warn("The payment could not be captured", e);
        }
        return ResponseEntity.ok(Map.of("status", "captured"));
    }

    @DeleteMapping("/{id}")
    public ResponseEntity<Map<String, String>> cancel(@PathVariable Long id) {
        payments.deleteById(id);
        return ResponseEntity.status(HttpStatus.NO_CONTENT).body(Map.of("message", "The payment is cancelled."));
    }
}
