package io.github.shmrpc.codec.json;

import java.math.BigDecimal;
import java.math.BigInteger;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.util.JsonParserDelegate;

/**
 * Refuses decimal numbers of extreme scale, whoever asks for them: {@code 1e99999999} is
 * ten bytes, adding 1 to it takes minutes, and as a point in time it would silently
 * become another.
 */
final class NumberLimitingParser extends JsonParserDelegate {

    /** Digits after the decimal point, or zeros before it. */
    static final int MAX_SCALE = 1000;

    NumberLimitingParser(JsonParser parser) {
        super(parser);
    }

    @Override
    public BigDecimal getDecimalValue() {
        return checked(super.getDecimalValue());
    }

    @Override
    public BigInteger getBigIntegerValue() {
        // Of a number with an exponent it would write out all the zeros.
        if (hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
            checked(super.getDecimalValue());
        }
        return super.getBigIntegerValue();
    }

    @Override
    public Number getNumberValue() {
        return checked(super.getNumberValue());
    }

    @Override
    public Number getNumberValueExact() {
        return checked(super.getNumberValueExact());
    }

    /**
     * Of numbers that are put aside until their type is known: checked now, as nobody
     * will ask here again.
     */
    @Override
    public Object getNumberValueDeferred() {
        if (hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
            return checked(super.getDecimalValue());
        }
        return super.getNumberValueDeferred();
    }

    private <T extends Number> T checked(T number) {
        if (number instanceof BigDecimal decimal && Math.abs((long) decimal.scale()) > MAX_SCALE) {
            throw new InputCoercionException(this,
                    "Number has a scale of " + decimal.scale() + ", at most " + MAX_SCALE + " is allowed",
                    currentToken(), BigDecimal.class);
        }
        return number;
    }

}
