package shop.payments;

public interface CardGateway {

    void capture(String orderId, long cents);
}
