package shop.payments;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.time.Instant;

@Entity
public class Payment {

    @Id
    @GeneratedValue
    private Long id;

    private String orderId;

    private long cents;

    private String status = "pending";

    private Instant createdAt = Instant.now();

    protected Payment() {
    }

    public Payment(String orderId, long cents) {
        this.orderId = orderId;
        this.cents = cents;
    }

    public Long getId() {
        return id;
    }

    public String getOrderId() {
        return orderId;
    }

    public long getCents() {
        return cents;
    }

    public String getStatus() {
        return status;
    }

    public void setStatus(String status) {
        this.status = status;
    }
}
