package com.example.bookshop.payments;

public interface CardGateway {

    void capture(String orderId, long cents);
}
